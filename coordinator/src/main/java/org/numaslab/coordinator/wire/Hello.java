package org.numaslab.coordinator.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// What a member says first to another one: who it is, and what both must have alike before any
/// [org.numaslab.node.loan.Frame] means the same to them.
///
/// ```text
/// 0       8          12         16              24     28     32             33
/// +-------+----------+----------+---------------+------+------+--------------+---------+--------+
/// | magic | protocol | page     | topology hash | node | life | bytes of     | version | quorum |
/// |       |          | bytes    |               |      |      | version      | (ASCII) |        |
/// +-------+----------+----------+---------------+------+------+--------------+---------+--------+
/// ```
///
/// Big-endian. All before the quorum stays as it is in every protocol, so that members of different
/// protocols can tell one another so; what follows in another one is passed over.
///
/// @param protocol grows with each change of what frames look like
/// @param topologyHash the same for the same machine
/// @param member null for a coordinator, which has no node: -1
/// @param version of numaslab, as in the pom: `0.1.0`
/// @param quorum that a side must have to go on when the cluster falls apart, 0 for the majority
public record Hello(
    int protocol,
    int pageBytes,
    long topologyHash,
    @Nullable Incarnation member,
    String version,
    int quorum) {
  /// "NUMASLAB".
  public static final long MAGIC = 0x4e554d41_534c4142L;

  public static final int PROTOCOL = 4;

  private static final int FIXED_BYTES = 33;
  private static final int QUORUM_BYTES = 4;
  private static final int NO_NODE = -1;
  private static final int VERSION_BYTES_MAX = 64;
  private static final Pattern VERSION = Pattern.compile("[!-~]{1," + VERSION_BYTES_MAX + "}");

  /// What one packet holds; a later protocol may say more.
  private static final int BYTES_MAX = 1024;

  /// @throws BadFrame when it cannot be sent
  public Hello {
    if (member != null) {
      Field.NODE.checked(member.node().value());
      Field.LIFE.checked(member.life());
    }
    if (!VERSION.matcher(version).matches()) {
      throw new BadFrame(
          "version",
          version.length() + " characters",
          "1.." + VERSION_BYTES_MAX + " printable ones of ASCII");
    }
  }

  /// What a member of this protocol says.
  public static Hello of(
      @Nullable Incarnation member, Topology topology, String version, int quorum) {
    return new Hello(
        PROTOCOL, Topology.PAGE_BYTES, TopologyHash.of(topology), member, version, quorum);
  }

  public byte[] encode() {
    byte[] ascii = version.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(FIXED_BYTES + ascii.length + QUORUM_BYTES)
        .putLong(MAGIC)
        .putInt(protocol)
        .putInt(pageBytes)
        .putLong(topologyHash)
        .putInt(member == null ? NO_NODE : member.node().value())
        .putInt(member == null ? 0 : member.life())
        .put((byte) ascii.length)
        .put(ascii)
        .putInt(quorum)
        .array();
  }

  /// @throws BadFrame when nobody can have said this
  public static Hello decode(byte[] bytes) {
    if (bytes.length < FIXED_BYTES || bytes.length > BYTES_MAX) {
      throw new BadFrame("hello", bytes.length + " bytes", FIXED_BYTES + ".." + BYTES_MAX);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    long magic = in.getLong();
    if (magic != MAGIC) {
      throw new BadFrame("magic", hex(magic), hex(MAGIC));
    }
    int protocol = in.getInt();
    int pageBytes = in.getInt();
    long topologyHash = in.getLong();
    int node = in.getInt();
    int life = in.getInt();
    Incarnation member =
        node == NO_NODE && life == 0 ? null : new Incarnation(new NodeId(node), life);
    int length = Byte.toUnsignedInt(in.get());
    if (length > Math.min(in.remaining(), VERSION_BYTES_MAX)) {
      throw new BadFrame(
          "bytes of the version", length, "0.." + Math.min(in.remaining(), VERSION_BYTES_MAX));
    }
    String version = new String(bytes, in.position(), length, StandardCharsets.ISO_8859_1);
    if (protocol != PROTOCOL) {
      return new Hello(protocol, pageBytes, topologyHash, member, version, 0);
    }
    int all = FIXED_BYTES + length + QUORUM_BYTES;
    if (bytes.length != all) {
      throw new BadFrame("hello", bytes.length + " bytes", all + ", all that it says");
    }
    int quorum = in.getInt(FIXED_BYTES + length);
    return new Hello(protocol, pageBytes, topologyHash, member, version, quorum);
  }

  /// Why a member that says `mine` cannot talk to the one that said this: a line for each reason.
  /// Empty when it can.
  public Optional<String> refusedBy(Hello mine) {
    List<String> lines = new ArrayList<>();
    compare(lines, "protocol", protocol, mine.protocol);
    compare(lines, "page size in bytes", pageBytes, mine.pageBytes);
    compare(lines, "hash of the topology", hex(topologyHash), hex(mine.topologyHash));
    Incarnation here = mine.member;
    if (member != null && here != null && member.node().equals(here.node())) {
      lines.add(
          BadFrame.line("member", member, "other nodes than that of " + here + ", which is here"));
    }
    compare(lines, "numaslab version", version, mine.version);
    if (protocol == mine.protocol) {
      compare(lines, "quorum", quorum, mine.quorum);
    }
    return lines.isEmpty() ? Optional.empty() : Optional.of(String.join("\n", lines));
  }

  private static void compare(List<String> lines, String what, Object got, Object allowed) {
    if (!got.equals(allowed)) {
      lines.add(BadFrame.line(what, got, allowed.toString()));
    }
  }

  private static String hex(long number) {
    return "0x%016x".formatted(number);
  }
}
