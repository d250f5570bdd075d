package org.numaslab.coordinator.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.control.ControlFrame;
import org.numaslab.coordinator.membership.RunMessage;
import org.numaslab.node.loan.Frame;

/// Members agree about what a number means only as long as nobody changes it.
class WireTypeTest {
  @Test
  void aNumberNeverChangesItsRecord() {
    assertThat(
            Arrays.stream(WireType.values())
                .map(each -> each.number() + " " + nameOf(each.type()))
                .collect(Collectors.joining("\n", "", "\n")))
        .isEqualTo(
            """
            16 Frame
            17 Frame.Request
            18 Frame.Answer
            19 Frame.Renew
            20 Frame.RenewAck
            21 Frame.ForNode
            22 Frame.HandOff
            23 Frame.Listed
            24 Frame.FromNode
            25 Frame.Taken
            26 Frame.Noted
            32 NodeProtocol.TakePartial
            33 NodeProtocol.NewSlab
            34 NodeProtocol.Activate
            35 NodeProtocol.Deactivate
            36 NodeProtocol.Unfreeze
            37 NodeProtocol.Free
            38 NodeProtocol.Zero
            39 NodeProtocol.TakePages
            40 NodeProtocol.GivePages
            41 NodeProtocol.Find
            42 NodeProtocol.Count
            43 NodeProtocol.Load
            44 NodeProtocol.Store
            45 NodeProtocol.Fill
            48 NodeReply.Granted
            49 NodeReply.Handed
            50 NodeReply.Refused
            51 NodeReply.Activated
            52 NodeReply.Applied
            53 NodeReply.TookPages
            54 NodeReply.Found
            55 NodeReply.Counted
            56 NodeReply.Loaded
            57 NodeReply.OutOfBounds
            58 NodeReply.Gone
            64 Incarnation
            65 CpuId
            66 CacheId
            67 Caller
            68 SlabRef
            69 SlabGrant
            70 Track
            71 Call
            72 NodeProtocol.FreedRun
            73 NodeReply.Outcome
            74 AddressInfo
            75 Marks.OfPage
            76 NodeId
            80 ControlFrame
            81 ControlFrame.Request
            82 ControlFrame.Answer
            83 ControlFrame.Superseded
            84 ControlFrame.ForNode
            85 ControlFrame.ForCpu
            86 ControlFrame.ForMember
            87 ControlFrame.FromNode
            88 ControlFrame.FromCpu
            89 ControlFrame.FromMember
            90 NodeProtocol.Describe
            91 NodeProtocol.Shrink
            92 NodeProtocol.Shutdown
            93 NodeProtocol.Validate
            94 NodeProtocol.BeginGracePeriod
            95 NodeProtocol.EndGracePeriod
            96 NodeProtocol.SetMemory
            97 CpuProtocol.Describe
            98 CpuProtocol.Forget
            99 CpuProtocol.Flush
            100 CpuProtocol.GoOffline
            101 CpuProtocol.GoOnline
            102 CpuProtocol.SetMemory
            103 CpuProtocol.ClearStat
            104 CpuProtocol.Quiesce
            105 RegistryReply.Described
            106 RegistryReply.Shrunk
            107 RegistryReply.ShutDown
            108 RegistryReply.Validated
            109 RegistryReply.GracePeriodBegun
            110 RegistryReply.GracePeriodEnded
            111 RegistryReply.MemorySet
            112 CpuReply
            113 MemberProtocol.Introduce
            114 MemberProtocol.Recall
            115 MemberProtocol.Keep
            116 MemberProtocol.Begin
            117 MemberReply.Introduced
            118 MemberReply.Recalled
            119 MemberReply.Kept
            120 MemberReply.Begun
            121 KmemCache
            122 CacheGeometry
            123 SharedCache
            124 CacheRecord
            126 RunMessage.Want
            127 RunMessage.Standing
            128 RunMessage.Fetch
            129 RunMessage.Fetched
            130 RunMessage.Control
            """);
  }

  private static String nameOf(Class<?> type) {
    return type.getCanonicalName().substring(type.getPackageName().length() + 1);
  }

  @Test
  void everyRecordInAFrameHasANumberAndNoOther() {
    Set<Class<?>> records = new HashSet<>();
    collect(Frame.class, records);
    collect(ControlFrame.class, records);
    collect(RunMessage.class, records);
    assertThat(Arrays.stream(WireType.values()).<Class<?>>map(WireType::type))
        .containsExactlyInAnyOrderElementsOf(records);
  }

  private static void collect(Class<?> type, Set<Class<?>> records) {
    if (type.isArray()) {
      collect(type.getComponentType(), records);
    } else if (type.isSealed()) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        collect(permitted, records);
      }
    } else if (type.isRecord() && records.add(type)) {
      for (RecordComponent component : type.getRecordComponents()) {
        collect(component.getType(), records);
      }
    }
  }

  @Test
  void numbersTakeOneByteAndAreNoneOfKryos() {
    assertThat(Arrays.stream(WireType.values()).map(WireType::number))
        .doesNotHaveDuplicates()
        .allMatch(number -> number >= 16);
    assertThat(Arrays.stream(WireType.values()))
        .filteredOn(each -> !RunMessage.class.isAssignableFrom(each.type())) // a few in a second
        .allMatch(each -> each.number() <= 125);
  }
}
