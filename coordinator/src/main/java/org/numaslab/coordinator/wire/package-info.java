/// Bytes of what travels between two members, or the coordinator and a member. Whatever arrives is
/// a [org.numaslab.node.loan.Frame] or a [org.numaslab.coordinator.control.ControlFrame] that may
/// be, or a [org.numaslab.coordinator.wire.BadFrame]: never anything else, in bounded time and
/// memory.
///
/// ```text
/// Hello                               once per connection: may these two talk at all?
/// FrameCodec --> ClosedResolver       a Kryo that knows the classes of WireType, and no other
///     |
///     v
/// WireType   --> FrameLayouts, RequestLayouts, ReplyLayouts     one Layout per record
///     |               |
///     |               v
///     |          ValueLayouts --> Field, Length                 a range for each number, a bound for each list
///     |               ^
///     |               |
///     +--------> ControlLayouts, ControlRequestLayouts, ControlReplyLayouts, CacheLayouts
/// ```
///
/// Decisions:
/// - No serializer of Kryo's own reads from the wire. Its collections, arrays and strings believe
///   the length that they are told.
/// - Records hold one another by type, never in a circle: what is read is no deeper than they are.
/// - What is sent is checked as what is received: a number that the other side would refuse is an
///   error of the sender.
/// - Enums travel as their ordinals, and records without field numbers: [Hello] lets only equal
///   versions talk.
@NullMarked
package org.numaslab.coordinator.wire;

import org.jspecify.annotations.NullMarked;
