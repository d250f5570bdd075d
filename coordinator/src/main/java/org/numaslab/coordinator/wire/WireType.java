package org.numaslab.coordinator.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.numaslab.node.cache.AddressInfo;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.Marks;
import org.numaslab.node.protocol.Caller;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.SlabGrant;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.slab.Call;
import org.numaslab.node.slab.Track;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// Every record that travels, with its number and its layout. A number never changes its record,
/// and is never used again.
///
/// | numbers | |
/// |---|---|
/// | 0..15 | Kryo's own: refused on the wire |
/// | 16..31 | frames |
/// | 32..47 | what a cpu asks a node |
/// | 48..63 | what the node answers |
/// | 64..79 | what these are made of: within a record, where the number is not sent |
/// | 80..125 | free, for what else is to travel; beyond 125 a number takes two bytes |
enum WireType {
  FRAME(16, Frame.class, FrameLayouts.FRAME),
  REQUEST(17, Frame.Request.class, FrameLayouts.REQUEST),
  ANSWER(18, Frame.Answer.class, FrameLayouts.ANSWER),
  RENEW(19, Frame.Renew.class, FrameLayouts.RENEW),
  RENEW_ACK(20, Frame.RenewAck.class, FrameLayouts.RENEW_ACK),
  FOR_NODE(21, Frame.ForNode.class, FrameLayouts.FOR_NODE),
  HAND_OFF(22, Frame.HandOff.class, FrameLayouts.HAND_OFF),
  LISTED(23, Frame.Listed.class, FrameLayouts.LISTED),
  FROM_NODE(24, Frame.FromNode.class, FrameLayouts.FROM_NODE),
  TAKEN(25, Frame.Taken.class, FrameLayouts.TAKEN),
  NOTED(26, Frame.Noted.class, FrameLayouts.NOTED),

  TAKE_PARTIAL(32, NodeProtocol.TakePartial.class, RequestLayouts.TAKE_PARTIAL),
  NEW_SLAB(33, NodeProtocol.NewSlab.class, RequestLayouts.NEW_SLAB),
  ACTIVATE(34, NodeProtocol.Activate.class, RequestLayouts.ACTIVATE),
  DEACTIVATE(35, NodeProtocol.Deactivate.class, RequestLayouts.DEACTIVATE),
  UNFREEZE(36, NodeProtocol.Unfreeze.class, RequestLayouts.UNFREEZE),
  FREE(37, NodeProtocol.Free.class, RequestLayouts.FREE),
  ZERO(38, NodeProtocol.Zero.class, RequestLayouts.ZERO),
  TAKE_PAGES(39, NodeProtocol.TakePages.class, RequestLayouts.TAKE_PAGES),
  GIVE_PAGES(40, NodeProtocol.GivePages.class, RequestLayouts.GIVE_PAGES),
  FIND(41, NodeProtocol.Find.class, RequestLayouts.FIND),
  COUNT(42, NodeProtocol.Count.class, RequestLayouts.COUNT),
  LOAD(43, NodeProtocol.Load.class, RequestLayouts.LOAD),
  STORE(44, NodeProtocol.Store.class, RequestLayouts.STORE),
  FILL(45, NodeProtocol.Fill.class, RequestLayouts.FILL),

  GRANTED(48, NodeReply.Granted.class, ReplyLayouts.GRANTED),
  HANDED(49, NodeReply.Handed.class, ReplyLayouts.HANDED),
  REFUSED(50, NodeReply.Refused.class, ReplyLayouts.REFUSED),
  ACTIVATED(51, NodeReply.Activated.class, ReplyLayouts.ACTIVATED),
  APPLIED(52, NodeReply.Applied.class, ReplyLayouts.APPLIED),
  TOOK_PAGES(53, NodeReply.TookPages.class, ReplyLayouts.TOOK_PAGES),
  FOUND(54, NodeReply.Found.class, ReplyLayouts.FOUND),
  COUNTED(55, NodeReply.Counted.class, ReplyLayouts.COUNTED),
  LOADED(56, NodeReply.Loaded.class, ReplyLayouts.LOADED),
  OUT_OF_BOUNDS(57, NodeReply.OutOfBounds.class, ReplyLayouts.OUT_OF_BOUNDS),
  GONE(58, NodeReply.Gone.class, ReplyLayouts.GONE),

  INCARNATION(64, Incarnation.class, ValueLayouts.INCARNATION),
  CPU(65, CpuId.class, ValueLayouts.CPU),
  CACHE(66, CacheId.class, ValueLayouts.CACHE),
  CALLER(67, Caller.class, ValueLayouts.CALLER),
  SLAB_REF(68, SlabRef.class, ValueLayouts.SLAB_REF),
  SLAB_GRANT(69, SlabGrant.class, ValueLayouts.SLAB_GRANT),
  TRACK(70, Track.class, ValueLayouts.TRACK),
  CALL(71, Call.class, ValueLayouts.CALL),
  FREED_RUN(72, NodeProtocol.FreedRun.class, ValueLayouts.FREED_RUN),
  OUTCOME(73, NodeReply.Outcome.class, ValueLayouts.OUTCOME),
  ADDRESS_INFO(74, AddressInfo.class, ValueLayouts.ADDRESS_INFO),
  PAGE_MARKS(75, Marks.OfPage.class, ValueLayouts.PAGE_MARKS),
  NODE(76, NodeId.class, ValueLayouts.NODE);

  /// Kryo keeps 0 for null and 1 for a class by its name, and sends a number as so much more.
  static final int NUMBER_OFFSET = 2;

  private final int number;
  private final Class<? extends Record> type;

  @SuppressWarnings("ImmutableEnumChecker") // a Layout has no state, but a Serializer may
  private final Layout<? extends Record> layout;

  <T extends Record> WireType(int number, Class<T> type, Layout<T> layout) {
    this.number = number;
    this.type = type;
    this.layout = layout;
  }

  int number() {
    return number;
  }

  Class<? extends Record> type() {
    return type;
  }

  static void register(Kryo kryo) {
    for (WireType each : values()) {
      kryo.register(each.type, each.layout, each.number);
    }
  }

  static WireType of(Frame.Body message) {
    return switch (message) {
      case Frame.Request m -> REQUEST;
      case Frame.Answer m -> ANSWER;
      case Frame.Renew m -> RENEW;
      case Frame.RenewAck m -> RENEW_ACK;
    };
  }

  static WireType of(Frame.Asked message) {
    return switch (message) {
      case Frame.ForNode m -> FOR_NODE;
      case Frame.HandOff m -> HAND_OFF;
      case Frame.Listed m -> LISTED;
    };
  }

  static WireType of(Frame.Told message) {
    return switch (message) {
      case Frame.FromNode m -> FROM_NODE;
      case Frame.Taken m -> TAKEN;
      case Frame.Noted m -> NOTED;
    };
  }

  static WireType of(NodeProtocol.FromCpu message) {
    return switch (message) {
      case NodeProtocol.TakePartial m -> TAKE_PARTIAL;
      case NodeProtocol.NewSlab m -> NEW_SLAB;
      case NodeProtocol.Activate m -> ACTIVATE;
      case NodeProtocol.Deactivate m -> DEACTIVATE;
      case NodeProtocol.Unfreeze m -> UNFREEZE;
      case NodeProtocol.Free m -> FREE;
      case NodeProtocol.Zero m -> ZERO;
      case NodeProtocol.TakePages m -> TAKE_PAGES;
      case NodeProtocol.GivePages m -> GIVE_PAGES;
      case NodeProtocol.Find m -> FIND;
      case NodeProtocol.Count m -> COUNT;
      case NodeProtocol.Load m -> LOAD;
      case NodeProtocol.Store m -> STORE;
      case NodeProtocol.Fill m -> FILL;
    };
  }

  static WireType of(NodeReply message) {
    return switch (message) {
      case NodeReply.Granted m -> GRANTED;
      case NodeReply.Handed m -> HANDED;
      case NodeReply.Refused m -> REFUSED;
      case NodeReply.Activated m -> ACTIVATED;
      case NodeReply.Applied m -> APPLIED;
      case NodeReply.TookPages m -> TOOK_PAGES;
      case NodeReply.Found m -> FOUND;
      case NodeReply.Counted m -> COUNTED;
      case NodeReply.Loaded m -> LOADED;
      case NodeReply.OutOfBounds m -> OUT_OF_BOUNDS;
      case NodeReply.Gone m -> GONE;
    };
  }

  /// Writes a message with its number.
  static void write(Kryo kryo, Output out, WireType as, Object message) {
    kryo.writeClass(out, as.type);
    kryo.writeObject(out, message, as.layout);
  }

  /// Reads the number of a message and then the message.
  ///
  /// @param of what it must be one of
  static <T> T read(Kryo kryo, Input in, Class<T> of) {
    Registration read = kryo.readClass(in);
    Class<?> type = read.getType();
    if (!of.isAssignableFrom(type)) {
      throw new BadFrame(
          of.getSimpleName().toLowerCase(Locale.ROOT), type.getSimpleName(), allowed(of));
    }
    return of.cast(kryo.readObject(in, type, read.getSerializer()));
  }

  private static String allowed(Class<?> of) {
    return Arrays.stream(values())
        .map(WireType::type)
        .filter(of::isAssignableFrom)
        .map(Class::getSimpleName)
        .collect(Collectors.joining(", "));
  }
}
