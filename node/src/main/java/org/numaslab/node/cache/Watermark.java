package org.numaslab.node.cache;

/// How deep a page request may draw a zone down. All nodes are asked at LOW before any at MIN
/// (`get_page_from_freelist`, then `__alloc_pages_slowpath`).
public enum Watermark {
  LOW,
  MIN
}
