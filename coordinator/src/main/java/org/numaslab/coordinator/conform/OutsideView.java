package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.conform.Recording.Step;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.coordinator.registry.AttributeWrite;
import org.numaslab.coordinator.registry.AttributeWrite.Refused;
import org.numaslab.coordinator.registry.CacheAttributes;
import org.numaslab.coordinator.report.SlabAttributes;
import org.numaslab.cpu.protocol.Errno;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.Topology;

/// What a script reads and writes outside the allocator's functions: files of sysfs,
/// /proc/slabinfo, a shell.
///
/// Of a shell line only writes to sysfs, CPUs going off line and on line, and `ls` are done; a line
/// that ends in anything else has the recorded status.
final class OutsideView {
  private static final String CACHES = "/sys/kernel/slab/";
  private static final String CPUS_ONLINE = "/sys/devices/system/cpu/online";
  private static final Pattern CPU_ONLINE =
      Pattern.compile("/sys/devices/system/cpu/cpu(\\d{1,4})/online");
  private static final Pattern ECHO =
      Pattern.compile("echo\\s+(?:-n\\s+)?(\\S+?)\\s*>{1,2}\\s*(\\S+)");

  /// Exit status 1, as wait() has it.
  private static final int FAILED = 256;

  private final Topology topology;
  private final SimulatedMachine machine;
  private final Map<String, KmemCache> byName;
  private final Map<String, String> setAside = new HashMap<>();
  private final Consumer<String> shrunk;

  /// @param byName caches that sysfs shows
  /// @param shrunk is told the name of a cache that was shrunk
  OutsideView(
      Topology topology,
      SimulatedMachine machine,
      Map<String, KmemCache> byName,
      Consumer<String> shrunk) {
    this.topology = topology;
    this.machine = machine;
    this.byName = byName;
    this.shrunk = shrunk;
  }

  void setAside(String name, String why) {
    setAside.put(name, why);
  }

  /// The cache as it is now, null when sysfs does not have it.
  private @Nullable KmemCache cache(String name) {
    KmemCache known = byName.get(name);
    if (known == null) {
      if (setAside.containsKey(name)) {
        throw new NotJudged(String.valueOf(setAside.get(name)));
      }
      return null;
    }
    return machine.registry().cache(known.id());
  }

  /// SYSFS and SLABINFO rows of a cache; none when it is gone.
  void attributes(String name, List<String> rows) {
    KmemCache cache = cache(name);
    if (cache == null) {
      return;
    }
    SlabAttributes a = new SlabAttributes(machine.state(), cache);
    Map<String, String> values = new LinkedHashMap<>();
    values.put("objects", a.objects());
    values.put("objects_partial", a.objectsPartial());
    values.put("total_objects", a.totalObjects());
    values.put("slabs", a.slabs());
    values.put("partial", a.partial());
    values.put("cpu_slabs", a.cpuSlabs());
    values.put("slabs_cpu_partial", a.slabsCpuPartial());
    values.forEach((attribute, value) -> rows.add(ScriptRun.tabs("SYSFS", name, attribute, value)));
    rows.add("SLABINFO\t" + a.slabinfo());
  }

  // ---- writes

  void write(Command.SysfsWrite c, List<String> rows) {
    rows.add(write(c.name(), c.attribute(), c.value()));
  }

  /// Writes an attribute.
  ///
  /// @return the RC row
  private String write(String name, String attribute, String value) {
    KmemCache cache = cache(name);
    if (cache == null) {
      return failed(Errno.ENOENT);
    }
    AttributeWrite write = CacheAttributes.write(cache, attribute, value);
    boolean unknown = write instanceof Refused refused && refused.error() == Errno.ENOENT;
    if (unknown || CacheAttributes.isCounter(attribute)) {
      throw new NotJudged("a write to " + attribute + ", a file that no recorded kernel has");
    }
    if (write instanceof AttributeWrite.Shrinks) {
      shrunk.accept(name);
    }
    return machine
        .write(cache.id(), attribute, value)
        .map(refused -> failed(refused.error()))
        .orElseGet(() -> ScriptRun.tabs("RC", value.length(), "ok"));
  }

  /// What the recorder says of a failed write: the number is always -1.
  private static String failed(Errno error) {
    return ScriptRun.tabs("RC", -1, error.text());
  }

  // ---- reads

  void cat(String file, List<String> rows) {
    if (file.equals(CPUS_ONLINE)) {
      rows.add("CAT\t" + onlineCpus());
      return;
    }
    Matcher cpu = CPU_ONLINE.matcher(file);
    if (cpu.matches()) {
      boolean online = machine.registry().isOnline(new CpuId(Integer.parseInt(cpu.group(1))));
      rows.add("CAT\t" + (online ? 1 : 0));
      return;
    }
    String[] path =
        file.startsWith(CACHES) ? file.substring(CACHES.length()).split("/") : file.split("/");
    KmemCache cache = file.startsWith(CACHES) && path.length == 2 ? cache(path[0]) : null;
    if (cache == null) {
      return;
    }
    switch (path[1]) {
      case "cpu_partial" -> rows.add("CAT\t" + Integer.toUnsignedString(cache.cpuPartial()));
      case "min_partial" -> rows.add("CAT\t" + cache.minPartial());
      case "remote_node_defrag_ratio" -> rows.add("CAT\t" + cache.remoteNodeDefragRatio() / 10);
      default -> {}
    }
  }

  private String onlineCpus() {
    List<String> ranges = new ArrayList<>();
    for (int from = 0; from < topology.cpuCount(); from++) {
      if (!machine.registry().isOnline(new CpuId(from))) {
        continue;
      }
      int to = from;
      while (to + 1 < topology.cpuCount() && machine.registry().isOnline(new CpuId(to + 1))) {
        to++;
      }
      ranges.add(from == to ? String.valueOf(from) : from + "-" + to);
      from = to;
    }
    return String.join(",", ranges);
  }

  // ---- the shell

  void shell(String line, Step step, List<String> rows) {
    int recorded =
        step.rows().stream()
            .filter(row -> row.tag().equals("RC"))
            .findFirst()
            .map(row -> row.number(0))
            .orElse(0);
    int status = 0;
    for (String part : line.split("&&|\\|\\||[;\\n]")) {
      if (!part.isBlank()) {
        status = simple(part.strip().replaceAll("[\"']", ""), recorded);
      }
    }
    rows.add(ScriptRun.tabs("RC", status, "sh"));
  }

  /// Does one simple command.
  ///
  /// @return its wait status, `recorded` where it is none of ours
  private int simple(String command, int recorded) {
    Matcher echo = ECHO.matcher(command);
    if (echo.matches()) {
      Matcher cpu = CPU_ONLINE.matcher(echo.group(2));
      if (cpu.matches()) {
        return online(Integer.parseInt(cpu.group(1)), echo.group(1));
      }
      if (echo.group(2).startsWith(CACHES)) {
        String[] path = echo.group(2).substring(CACHES.length()).split("/");
        String row =
            path.length == 2 ? write(path[0], path[1], echo.group(1)) : failed(Errno.ENOENT);
        return row.startsWith("RC\t-") ? FAILED : 0;
      }
      return recorded;
    }
    String[] words = command.split("\\s+");
    String last = words[words.length - 1];
    if (words[0].equals("ls") && last.startsWith(CACHES)) {
      return cache(last.substring(CACHES.length()).split("/")[0]) != null ? 0 : FAILED;
    }
    return command.equals("true") ? 0 : recorded;
  }

  /// The first cpu cannot be taken off line on x86 and has no such file.
  private int online(int cpu, String value) {
    if (cpu == 0 || cpu >= topology.cpuCount() || !value.matches("[01]")) {
      return FAILED;
    }
    CpuId id = new CpuId(cpu);
    return machine.setCpu(id, value.equals("1")) < 0 ? FAILED : 0;
  }
}
