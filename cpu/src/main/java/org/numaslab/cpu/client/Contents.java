package org.numaslab.cpu.client;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.LongFunction;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.node.cache.AddressInfo;
import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.NodeReply.Found;
import org.numaslab.node.protocol.NodeReply.Gone;
import org.numaslab.node.protocol.NodeReply.Loaded;
import org.numaslab.node.protocol.NodeReply.OutOfBounds;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.topology.NodeId;

/// What lies in memory, read and written by a task: on its own node at once, on another node by a
/// message to it, as the access to remote memory costs. Numbers are little-endian.
///
/// An access of [Task#contents] must lie within one object, or one block of pages of kmalloc: one
/// that does not is reported as KASAN does and changes nothing. [#unchecked] has no such bounds, as
/// the kernel has none without KASAN.
///
/// Owner: the task.
public final class Contents {
  private final Task current;
  private final boolean within;

  Contents(Task current, boolean within) {
    this.current = current;
    this.within = within;
  }

  /// The same for any memory of the machine: how debugging is tested.
  public Contents unchecked() {
    return new Contents(current, false);
  }

  /// What lies at an address.
  public AddressInfo find(long address) {
    Cpu cpu = current.enter();
    int home = homeOf(cpu, address);
    if (home < 0) {
      return AddressInfo.nothing(address);
    }
    if (home == cpu.node().value()) {
      return cpu.contents().find(address);
    }
    return ask(cpu, home, r -> new NodeProtocol.Find(cpu.caller(), r, address))
            instanceof Found found
        ? found.info()
        : AddressInfo.nothing(address);
  }

  /// Bytes from an address on.
  ///
  /// @throws AccessFault when they do not all lie in one object
  public byte[] read(long address, int bytes) {
    Cpu cpu = current.enter();
    int home = requireHome(cpu, address, "read", bytes);
    NodeReply reply =
        home == cpu.node().value()
            ? cpu.contents().load(new NodeProtocol.Load(cpu.caller(), 0, address, bytes, within))
            : ask(cpu, home, r -> new NodeProtocol.Load(cpu.caller(), r, address, bytes, within));
    return ((Loaded) inBounds(reply, "read", address, bytes)).bytes();
  }

  /// Writes bytes from an address on.
  ///
  /// @throws AccessFault when they do not all lie in one object
  public void write(long address, byte[] bytes) {
    Cpu cpu = current.enter();
    int home = requireHome(cpu, address, "write", bytes.length);
    inBounds(
        home == cpu.node().value()
            ? cpu.contents().store(new NodeProtocol.Store(cpu.caller(), 0, address, bytes, within))
            : ask(
                cpu,
                home,
                r -> new NodeProtocol.Store(cpu.caller(), r, address, bytes.clone(), within)),
        "write",
        address,
        bytes.length);
  }

  /// Writes one byte many times (`memset`).
  ///
  /// @throws AccessFault when they do not all lie in one object
  public void fill(long address, long bytes, byte value) {
    Cpu cpu = current.enter();
    int home = requireHome(cpu, address, "write", bytes);
    inBounds(
        home == cpu.node().value()
            ? cpu.contents()
                .fill(new NodeProtocol.Fill(cpu.caller(), 0, address, bytes, value, within))
            : ask(
                cpu,
                home,
                r -> new NodeProtocol.Fill(cpu.caller(), r, address, bytes, value, within)),
        "write",
        address,
        bytes);
  }

  /// Compares what lies at an address with bytes (`memcmp`).
  ///
  /// @return how many bytes from the begin on are equal: `bytes.length` when all are
  /// @throws AccessFault when they do not all lie in one object
  public int compare(long address, byte[] bytes) {
    int different = Arrays.mismatch(read(address, bytes.length), bytes);
    return different < 0 ? bytes.length : different;
  }

  /// The eight bytes at an address, as a number.
  public long readLong(long address) {
    return numbers(read(address, Long.BYTES)).getLong(0);
  }

  /// Writes a number to the eight bytes at an address.
  public void writeLong(long address, long value) {
    byte[] bytes = new byte[Long.BYTES];
    numbers(bytes).putLong(0, value);
    write(address, bytes);
  }

  private static ByteBuffer numbers(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int homeOf(Cpu cpu, long address) {
    return address < 0 ? -1 : cpu.homeOf(address);
  }

  private static int requireHome(Cpu cpu, long address, String what, long bytes) {
    int home = homeOf(cpu, address);
    if (home < 0) {
      throw new EmulatedOops(
          "BUG: unable to handle page fault: "
              + what
              + " of "
              + bytes
              + " bytes at "
              + ObjectAddress.print(address)
              + ", which is no node's memory");
    }
    return home;
  }

  private NodeReply inBounds(NodeReply reply, String what, long address, long bytes) {
    if (reply instanceof OutOfBounds outside) {
      throw new AccessFault(what, address, bytes, outside.info());
    }
    if (reply instanceof Gone) {
      throw new NodeGone(what, address, new NodeId(current.enter().homeOf(address)));
    }
    return reply;
  }

  private NodeReply ask(Cpu cpu, int home, LongFunction<NodeProtocol.FromCpu> message) {
    current.settle(cpu, cpu.ask(new NodeId(home), message));
    return cpu.answer();
  }
}
