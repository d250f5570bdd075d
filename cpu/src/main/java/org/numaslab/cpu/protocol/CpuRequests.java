package org.numaslab.cpu.protocol;

import org.numaslab.cpu.cache.Cpu;

/// How a cpu serves the registry.
public final class CpuRequests {
  private CpuRequests() {}

  /// Starts what is asked; the cpu's outbox gets `done(request)` when it is complete. A description
  /// takes effect at once.
  public static void serve(Cpu cpu, CpuProtocol message) {
    switch (message) {
      case CpuProtocol.Describe m -> {
        cpu.describe(m.cache());
        cpu.housekeeping().quiesce(m.request());
      }
      case CpuProtocol.Forget m -> {
        cpu.cache(m.cache()).forget();
        cpu.housekeeping().quiesce(m.request());
      }
      case CpuProtocol.Flush m -> cpu.housekeeping().flush(m.cache(), m.request());
      case CpuProtocol.GoOffline m -> cpu.housekeeping().goOffline(m.request());
      case CpuProtocol.GoOnline m -> cpu.housekeeping().goOnline(m.request());
      case CpuProtocol.SetMemory m ->
          cpu.housekeeping().setMemory(m.node(), m.online(), m.request());
      case CpuProtocol.ClearStat m ->
          cpu.housekeeping().clearStat(m.cache(), m.stat(), m.request());
      case CpuProtocol.Quiesce m -> cpu.housekeeping().passQuiescentPoint(m.request());
    }
  }
}
