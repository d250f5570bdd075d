package org.numaslab.coordinator.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.numaslab.coordinator.control.ControlFrame;
import org.numaslab.coordinator.membership.RunMessage;
import org.numaslab.coordinator.registry.CacheRecord;
import org.numaslab.coordinator.registry.MemberProtocol;
import org.numaslab.coordinator.registry.MemberReply;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.node.cache.AddressInfo;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.Marks;
import org.numaslab.node.protocol.Caller;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.protocol.SlabGrant;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.Call;
import org.numaslab.node.slab.SharedCache;
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
/// | 80..89 | frames between the coordinator and a member |
/// | 90..104 | what the registry asks nodes and CPUs |
/// | 105..112 | what they answer |
/// | 113..120 | what the registry asks members, and their answers |
/// | 121..124 | what these are made of |
/// | 125 | free; beyond it a number takes two bytes |
/// | 126..130 | what the coordinator and processes say about a run |
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
  NODE(76, NodeId.class, ValueLayouts.NODE),

  CONTROL_FRAME(80, ControlFrame.class, ControlLayouts.CONTROL_FRAME),
  CONTROL_REQUEST(81, ControlFrame.Request.class, ControlLayouts.REQUEST),
  CONTROL_ANSWER(82, ControlFrame.Answer.class, ControlLayouts.ANSWER),
  SUPERSEDED(83, ControlFrame.Superseded.class, ControlLayouts.SUPERSEDED),
  CONTROL_FOR_NODE(84, ControlFrame.ForNode.class, ControlLayouts.FOR_NODE),
  CONTROL_FOR_CPU(85, ControlFrame.ForCpu.class, ControlLayouts.FOR_CPU),
  CONTROL_FOR_MEMBER(86, ControlFrame.ForMember.class, ControlLayouts.FOR_MEMBER),
  CONTROL_FROM_NODE(87, ControlFrame.FromNode.class, ControlLayouts.FROM_NODE),
  CONTROL_FROM_CPU(88, ControlFrame.FromCpu.class, ControlLayouts.FROM_CPU),
  CONTROL_FROM_MEMBER(89, ControlFrame.FromMember.class, ControlLayouts.FROM_MEMBER),

  DESCRIBE(90, NodeProtocol.Describe.class, ControlRequestLayouts.DESCRIBE),
  SHRINK(91, NodeProtocol.Shrink.class, ControlRequestLayouts.SHRINK),
  SHUTDOWN(92, NodeProtocol.Shutdown.class, ControlRequestLayouts.SHUTDOWN),
  VALIDATE(93, NodeProtocol.Validate.class, ControlRequestLayouts.VALIDATE),
  BEGIN_GRACE_PERIOD(
      94, NodeProtocol.BeginGracePeriod.class, ControlRequestLayouts.BEGIN_GRACE_PERIOD),
  END_GRACE_PERIOD(95, NodeProtocol.EndGracePeriod.class, ControlRequestLayouts.END_GRACE_PERIOD),
  SET_MEMORY(96, NodeProtocol.SetMemory.class, ControlRequestLayouts.SET_MEMORY),
  CPU_DESCRIBE(97, CpuProtocol.Describe.class, ControlRequestLayouts.CPU_DESCRIBE),
  FORGET(98, CpuProtocol.Forget.class, ControlRequestLayouts.FORGET),
  FLUSH(99, CpuProtocol.Flush.class, ControlRequestLayouts.FLUSH),
  GO_OFFLINE(100, CpuProtocol.GoOffline.class, ControlRequestLayouts.GO_OFFLINE),
  GO_ONLINE(101, CpuProtocol.GoOnline.class, ControlRequestLayouts.GO_ONLINE),
  CPU_SET_MEMORY(102, CpuProtocol.SetMemory.class, ControlRequestLayouts.CPU_SET_MEMORY),
  CLEAR_STAT(103, CpuProtocol.ClearStat.class, ControlRequestLayouts.CLEAR_STAT),
  QUIESCE(104, CpuProtocol.Quiesce.class, ControlRequestLayouts.QUIESCE),

  DESCRIBED(105, RegistryReply.Described.class, ControlReplyLayouts.DESCRIBED),
  SHRUNK(106, RegistryReply.Shrunk.class, ControlReplyLayouts.SHRUNK),
  SHUT_DOWN(107, RegistryReply.ShutDown.class, ControlReplyLayouts.SHUT_DOWN),
  VALIDATED(108, RegistryReply.Validated.class, ControlReplyLayouts.VALIDATED),
  GRACE_PERIOD_BEGUN(
      109, RegistryReply.GracePeriodBegun.class, ControlReplyLayouts.GRACE_PERIOD_BEGUN),
  GRACE_PERIOD_ENDED(
      110, RegistryReply.GracePeriodEnded.class, ControlReplyLayouts.GRACE_PERIOD_ENDED),
  MEMORY_SET(111, RegistryReply.MemorySet.class, ControlReplyLayouts.MEMORY_SET),
  CPU_REPLY(112, CpuReply.class, ControlReplyLayouts.CPU_REPLY),

  INTRODUCE(113, MemberProtocol.Introduce.class, ControlRequestLayouts.INTRODUCE),
  RECALL(114, MemberProtocol.Recall.class, ControlRequestLayouts.RECALL),
  KEEP(115, MemberProtocol.Keep.class, ControlRequestLayouts.KEEP),
  BEGIN(116, MemberProtocol.Begin.class, ControlRequestLayouts.BEGIN),
  INTRODUCED(117, MemberReply.Introduced.class, ControlReplyLayouts.INTRODUCED),
  RECALLED(118, MemberReply.Recalled.class, ControlReplyLayouts.RECALLED),
  KEPT(119, MemberReply.Kept.class, ControlReplyLayouts.KEPT),
  BEGUN(120, MemberReply.Begun.class, ControlReplyLayouts.BEGUN),

  KMEM_CACHE(121, KmemCache.class, CacheLayouts.KMEM_CACHE),
  CACHE_GEOMETRY(122, CacheGeometry.class, CacheLayouts.CACHE_GEOMETRY),
  SHARED_CACHE(123, SharedCache.class, CacheLayouts.SHARED_CACHE),
  CACHE_RECORD(124, CacheRecord.class, CacheLayouts.CACHE_RECORD),

  WANT(126, RunMessage.Want.class, RunLayouts.WANT),
  STANDING(127, RunMessage.Standing.class, RunLayouts.STANDING),
  FETCH(128, RunMessage.Fetch.class, RunLayouts.FETCH),
  FETCHED(129, RunMessage.Fetched.class, RunLayouts.FETCHED),
  RUN_CONTROL(130, RunMessage.Control.class, RunLayouts.CONTROL);

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

  static WireType of(RunMessage message) {
    return switch (message) {
      case RunMessage.Want m -> WANT;
      case RunMessage.Standing m -> STANDING;
      case RunMessage.Fetch m -> FETCH;
      case RunMessage.Fetched m -> FETCHED;
      case RunMessage.Control m -> RUN_CONTROL;
    };
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

  static WireType of(ControlFrame.Body message) {
    return switch (message) {
      case ControlFrame.Request m -> CONTROL_REQUEST;
      case ControlFrame.Answer m -> CONTROL_ANSWER;
      case ControlFrame.Superseded m -> SUPERSEDED;
    };
  }

  static WireType of(ControlFrame.Asked message) {
    return switch (message) {
      case ControlFrame.ForNode m -> CONTROL_FOR_NODE;
      case ControlFrame.ForCpu m -> CONTROL_FOR_CPU;
      case ControlFrame.ForMember m -> CONTROL_FOR_MEMBER;
    };
  }

  static WireType of(ControlFrame.Told message) {
    return switch (message) {
      case ControlFrame.FromNode m -> CONTROL_FROM_NODE;
      case ControlFrame.FromCpu m -> CONTROL_FROM_CPU;
      case ControlFrame.FromMember m -> CONTROL_FROM_MEMBER;
    };
  }

  static WireType of(NodeProtocol.FromRegistry message) {
    return switch (message) {
      case NodeProtocol.Describe m -> DESCRIBE;
      case NodeProtocol.Shrink m -> SHRINK;
      case NodeProtocol.Shutdown m -> SHUTDOWN;
      case NodeProtocol.Validate m -> VALIDATE;
      case NodeProtocol.BeginGracePeriod m -> BEGIN_GRACE_PERIOD;
      case NodeProtocol.EndGracePeriod m -> END_GRACE_PERIOD;
      case NodeProtocol.SetMemory m -> SET_MEMORY;
    };
  }

  static WireType of(CpuProtocol message) {
    return switch (message) {
      case CpuProtocol.Describe m -> CPU_DESCRIBE;
      case CpuProtocol.Forget m -> FORGET;
      case CpuProtocol.Flush m -> FLUSH;
      case CpuProtocol.GoOffline m -> GO_OFFLINE;
      case CpuProtocol.GoOnline m -> GO_ONLINE;
      case CpuProtocol.SetMemory m -> CPU_SET_MEMORY;
      case CpuProtocol.ClearStat m -> CLEAR_STAT;
      case CpuProtocol.Quiesce m -> QUIESCE;
    };
  }

  static WireType of(RegistryReply message) {
    return switch (message) {
      case RegistryReply.Described m -> DESCRIBED;
      case RegistryReply.Shrunk m -> SHRUNK;
      case RegistryReply.ShutDown m -> SHUT_DOWN;
      case RegistryReply.Validated m -> VALIDATED;
      case RegistryReply.GracePeriodBegun m -> GRACE_PERIOD_BEGUN;
      case RegistryReply.GracePeriodEnded m -> GRACE_PERIOD_ENDED;
      case RegistryReply.MemorySet m -> MEMORY_SET;
    };
  }

  static WireType of(MemberProtocol message) {
    return switch (message) {
      case MemberProtocol.Introduce m -> INTRODUCE;
      case MemberProtocol.Recall m -> RECALL;
      case MemberProtocol.Keep m -> KEEP;
      case MemberProtocol.Begin m -> BEGIN;
    };
  }

  static WireType of(MemberReply message) {
    return switch (message) {
      case MemberReply.Introduced m -> INTRODUCED;
      case MemberReply.Recalled m -> RECALLED;
      case MemberReply.Kept m -> KEPT;
      case MemberReply.Begun m -> BEGUN;
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
