package org.numaslab.coordinator.driver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Frame.Answer;
import org.numaslab.node.loan.Frame.ForNode;
import org.numaslab.node.loan.Frame.FromNode;
import org.numaslab.node.loan.Frame.Renew;
import org.numaslab.node.loan.Frame.Request;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.Caller;
import org.numaslab.node.protocol.NodeProtocol.Free;
import org.numaslab.node.protocol.NodeProtocol.FreedRun;
import org.numaslab.node.protocol.NodeReply.Applied;
import org.numaslab.node.protocol.NodeReply.Outcome;
import org.numaslab.node.slab.Call;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

class ParcelsTest {
  private static final Incarnation ME = new Incarnation(new NodeId(0), 1);
  private static final Incarnation ONE = new Incarnation(new NodeId(1), 1);
  private static final Incarnation TWO = new Incarnation(new NodeId(2), 1);

  private final Parcels parcels = new Parcels();
  private final LinkCounts counts = new LinkCounts();
  private final ParcelSerializer serializer = new ParcelSerializer(counts);

  private static Frame free(Incarnation to, int objects) {
    FreedRun run = new FreedRun(new CacheId(0), new long[objects], Call.on(0), true);
    Free free = new Free(new Caller(new CpuId(0), 1), 1, new FreedRun[] {run, run});
    return new Frame(ME, to, to, new Request(7, 7, new ForNode(free)));
  }

  private static Frame renew(Incarnation to) {
    return new Frame(ME, to, to, new Renew(5, 0));
  }

  private static Frame answer(Incarnation to) {
    return new Frame(ME, to, ME, new Answer(7, new FromNode(new Applied(3, new Outcome[0]), 1)));
  }

  @Test
  void whatNobodyWaitsForWaitsForOthers() {
    parcels.add(free(ONE, 8));
    parcels.add(free(ONE, 8));
    assertThat(parcels.isUrgent()).isFalse();
    assertThat(parcels.isWaiting()).isTrue();

    parcels.hurry();
    assertThat(parcels.next()).hasSize(2);
    assertThat(parcels.isUrgent()).isFalse();
    assertThat(parcels.isWaiting()).isFalse();
  }

  @Test
  void whatIsUrgentTakesAlongWhatWasThereBefore() {
    parcels.add(free(ONE, 8));
    parcels.add(renew(ONE));
    parcels.add(renew(TWO));
    assertThat(parcels.isUrgent()).isTrue();

    assertThat(parcels.next()).hasSize(1);
    assertThat(parcels.next()).extracting(Frame::body).containsExactly(new Renew(5, 0));
    assertThat(parcels.next()).extracting(Frame::to).containsExactly(TWO);
    assertThat(parcels.isUrgent()).isFalse();
    assertThat(parcels.next()).isEmpty();
  }

  @Test
  void answersThatCameTogetherGoTogetherAtOnce() {
    parcels.add(answer(ONE));
    parcels.add(answer(ONE));
    assertThat(parcels.isUrgent()).isTrue();
    assertThat(parcels.next()).hasSize(2);
  }

  @Test
  void aParcelIsForOneMemberAndNotTooLarge() {
    parcels.add(free(ONE, 8));
    parcels.add(free(TWO, 8));
    parcels.add(free(TWO, 300));
    parcels.add(free(TWO, 300));
    parcels.hurry();
    assertThat(parcels.next()).hasSize(1);
    assertThat(parcels.next()).hasSize(2);
    assertThat(parcels.next()).hasSize(1);
  }

  @Test
  void isTheSameAfterItsWayAsBytes() throws NotSerializableException {
    Frame[] frames = {renew(ONE), answer(ONE)};
    Parcel parcel = Parcel.of(frames, 11, new long[] {1, 2, 3}).toldAt(12);

    byte[] bytes = serializer.toBinary(parcel);
    Parcel read = (Parcel) serializer.fromBinary(bytes, "p");

    assertThat(read.frames()).hasSize(2);
    assertThat(read.frames()[0]).isEqualTo(frames[0]);
    assertThat(read.frames()[1].to()).isEqualTo(ONE);
    assertThat(read.asked()).containsExactly(1, 2, 3);
    assertThat(read.sent()).isEqualTo(11);
    assertThat(read.told()).isEqualTo(12);
    assertThat(read.encoded()).isBetween(read.encoding(), read.arrived());
    assertThat(counts.bytes(1)).isEqualTo(bytes.length);
    assertThat(counts.messages(1)).isEqualTo(1);
    assertThat(counts.bytesIn(0)).isEqualTo(bytes.length);
    assertThat(counts.messagesIn(0)).isEqualTo(1);
  }

  @Test
  void refusesWhatIsNoParcel() {
    byte[] bytes = serializer.toBinary(Parcel.of(new Frame[] {renew(ONE)}, 11, Parcel.NONE));
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> serializer.fromBinary(cut, "p"))
          .as("%d bytes", length)
          .isInstanceOf(NotSerializableException.class);
    }
    ByteBuffer many = ByteBuffer.wrap(bytes.clone());
    many.put(25, (byte) 127); // as many frames
    assertThatThrownBy(() -> serializer.fromBinary(many.array(), "p"))
        .isInstanceOf(NotSerializableException.class)
        .hasMessageContaining("frames of a parcel: got 127, allowed 1..64");
  }
}
