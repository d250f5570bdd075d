package org.numaslab.node.topology;

/// The number of an emulated CPU, from 0.
public record CpuId(int value) {
  @Override
  public String toString() {
    return "cpu " + value;
  }
}
