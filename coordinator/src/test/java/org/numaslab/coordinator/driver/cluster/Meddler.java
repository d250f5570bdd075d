package org.numaslab.coordinator.driver.cluster;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Frame.Answer;
import org.numaslab.node.loan.Frame.ForNode;
import org.numaslab.node.loan.Frame.Request;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.NodeProtocol.FromCpu;

/// Between a process and the network: takes frame by frame.
record Meddler(BiConsumer<Frame, Way> way) implements Shim {
  @Override
  public MemberLink around(Consumer<Parcel> wire, Clock clock) {
    return parcel -> {
      for (Frame frame : parcel.frames()) {
        long[] asked = frame.body() instanceof Answer ? parcel.asked() : Parcel.NONE;
        way.accept(frame, new Way(frame, parcel.sent(), asked, wire, clock));
      }
    };
  }

  @Override
  public void begin() {}

  /// What can be done with a frame.
  record Way(Frame frame, long sent, long[] asked, Consumer<Parcel> wire, Shim.Clock clock) {
    void pass() {
      passAs(frame);
    }

    /// In its place.
    void passAs(Frame other) {
      wire.accept(Parcel.of(new Frame[] {other}, sent, asked).toldAt(System.nanoTime()));
    }

    void later(long nanos, Runnable action) {
      clock.after(nanos, action);
    }

    void now(Frame other) {
      long time = System.nanoTime();
      wire.accept(Parcel.of(new Frame[] {other}, time, Parcel.NONE).toldAt(time));
    }
  }

  /// What a cpu asks of a home.
  static Optional<FromCpu> asked(Frame frame) {
    return frame.body() instanceof Request request && request.asked() instanceof ForNode asked
        ? Optional.of(asked.message())
        : Optional.empty();
  }

  static <T extends FromCpu> Optional<T> asked(Frame frame, Class<T> what) {
    return asked(frame).filter(what::isInstance).map(what::cast);
  }

  static String between(Frame frame) {
    return frame.from() + "/" + frame.to();
  }

  /// The same request, with something else to do.
  static Frame asking(Frame frame, FromCpu other) {
    Request request = (Request) frame.body();
    return numbered(frame, request.sequence(), request.oldestOpen(), new ForNode(other));
  }

  private static Frame numbered(Frame frame, long sequence, long oldestOpen, Frame.Asked asked) {
    return new Frame(
        frame.from(), frame.to(), frame.home(), new Request(sequence, oldestOpen, asked));
  }

  /// Picks one request, and meets it each time that it is sent.
  static final class One {
    private final AtomicReference<@Nullable Frame> first = new AtomicReference<>();
    private final Set<String> passed = ConcurrentHashMap.newKeySet();
    private final Predicate<Frame> may;

    One(Predicate<Frame> may) {
      this.may = may;
    }

    /// One that has passed may have had its effect.
    boolean is(Frame frame) {
      if (!(frame.body() instanceof Request request)) {
        return false;
      }
      String name = between(frame) + "/" + frame.home() + "/" + request.sequence();
      if (may.test(frame) && !passed.contains(name)) {
        first.compareAndSet(null, frame);
      }
      Frame picked = first.get();
      boolean isIt =
          picked != null
              && frame.home().equals(picked.home())
              && between(frame).equals(between(picked))
              && request.sequence() == ((Request) picked.body()).sequence();
      if (!isIt) {
        passed.add(name);
      }
      return isIt;
    }

    Frame frame() {
      Frame picked = first.get();
      if (picked == null) {
        throw new AssertionError("no such request was sent");
      }
      return picked;
    }
  }

  /// Gives requests other numbers, so that what was asked for can be asked for again as something
  /// new: whoever is asked is as if it had forgotten what it has done.
  static final class Renumbered {
    private record Pair(Incarnation asks, Incarnation asked, Incarnation home) {}

    private static final class Numbers {
      final Map<Long, Long> onWire = new HashMap<>();
      final Map<Long, Long> own = new HashMap<>();
      long last;

      /// What is open was sent before.
      long sent(long sequence) {
        return Objects.requireNonNull(onWire.get(sequence));
      }
    }

    private final Map<Pair, Numbers> pairs = new HashMap<>();

    private Numbers of(Incarnation asks, Incarnation asked, Incarnation home) {
      return pairs.computeIfAbsent(new Pair(asks, asked, home), pair -> new Numbers());
    }

    /// @return null for an answer that nobody waits for
    synchronized @Nullable Frame of(Frame frame) {
      return switch (frame.body()) {
        case Request request -> asked(frame, request);
        case Answer answer -> answered(frame, answer);
        default -> frame;
      };
    }

    private Frame asked(Frame frame, Request request) {
      Numbers numbers = of(frame.from(), frame.to(), frame.home());
      Long sequence = numbers.onWire.get(request.sequence());
      if (sequence == null) {
        sequence = ++numbers.last;
        numbers.onWire.put(request.sequence(), sequence);
        numbers.own.put(sequence, request.sequence());
      }
      return numbered(frame, sequence, numbers.sent(request.oldestOpen()), request.asked());
    }

    private @Nullable Frame answered(Frame frame, Answer answer) {
      Long own = of(frame.to(), frame.from(), frame.home()).own.get(answer.sequence());
      return own == null
          ? null
          : new Frame(frame.from(), frame.to(), frame.home(), new Answer(own, answer.told()));
    }

    /// The same request as a new one.
    synchronized Frame again(Frame frame) {
      Request request = (Request) frame.body();
      Numbers numbers = of(frame.from(), frame.to(), frame.home());
      long oldest = numbers.sent(request.oldestOpen());
      return numbered(frame, ++numbers.last, oldest, request.asked());
    }
  }
}
