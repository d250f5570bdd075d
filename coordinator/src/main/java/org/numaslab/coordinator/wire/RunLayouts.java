package org.numaslab.coordinator.wire;

import com.esotericsoftware.kryo.io.Input;
import java.util.stream.Stream;
import org.numaslab.coordinator.membership.Phase;
import org.numaslab.coordinator.membership.RunMessage.Control;
import org.numaslab.coordinator.membership.RunMessage.Fetch;
import org.numaslab.coordinator.membership.RunMessage.Fetched;
import org.numaslab.coordinator.membership.RunMessage.Standing;
import org.numaslab.coordinator.membership.RunMessage.Want;
import org.numaslab.node.loan.Incarnation;

/// What the coordinator and the processes say about a run.
final class RunLayouts {
  private static final Phase[] PHASES = Phase.values();

  static final Layout<Want> WANT =
      new Layout<>(
          (kryo, out, v) -> {
            Field.RUN.write(out, v.run());
            Field.PHASE.write(out, v.phase().ordinal());
            Field.FLAG.write(out, v.late());
            Length.WORDS.write(out, v.words().length);
            for (String word : v.words()) {
              Length.WORD.writeText(out, word);
            }
          },
          (kryo, in) ->
              new Want(Field.RUN.read(in), phase(in), Field.FLAG.readFlag(in), readWords(in)));

  static final Layout<Standing> STANDING =
      new Layout<>(
          (kryo, out, v) -> {
            Field.RUN.write(out, v.run());
            Length.PROCESS.writeText(out, v.process());
            Field.PHASE.write(out, v.phase().ordinal());
            ValueLayouts.INCARNATION.writeAll(kryo, out, Length.MEMBERS, v.members());
            Field.MEMBERS.write(out, v.knows());
            Field.OPERATIONS.write(out, v.done());
            Field.OPERATIONS.write(out, v.total());
            Field.FLAG.write(out, v.quiet());
            Length.LINE.writeText(out, v.trouble());
          },
          (kryo, in) ->
              new Standing(
                  Field.RUN.read(in),
                  Length.PROCESS.readText(in),
                  phase(in),
                  ValueLayouts.INCARNATION.readAll(
                      kryo, in, new Incarnation[Length.MEMBERS.read(in)]),
                  Field.MEMBERS.readInt(in),
                  Field.OPERATIONS.read(in),
                  Field.OPERATIONS.read(in),
                  Field.FLAG.readFlag(in),
                  Length.LINE.readText(in)));

  static final Layout<Fetch> FETCH =
      new Layout<>(
          (kryo, out, v) -> {
            Field.RUN.write(out, v.run());
            Field.PART_OFFSET.write(out, v.offset());
          },
          (kryo, in) -> new Fetch(Field.RUN.read(in), Field.PART_OFFSET.readInt(in)));

  static final Layout<Fetched> FETCHED =
      new Layout<>(
          (kryo, out, v) -> {
            Field.RUN.write(out, v.run());
            Length.PROCESS.writeText(out, v.process());
            Field.PART_OFFSET.write(out, v.total());
            Field.PART_OFFSET.write(out, v.offset());
            Length.CONTENT.write(out, v.bytes().length);
            out.writeBytes(v.bytes());
          },
          (kryo, in) ->
              new Fetched(
                  Field.RUN.read(in),
                  Length.PROCESS.readText(in),
                  Field.PART_OFFSET.readInt(in),
                  Field.PART_OFFSET.readInt(in),
                  in.readBytes(Length.CONTENT.read(in))));

  static final Layout<Control> CONTROL =
      new Layout<>(
          (kryo, out, v) -> {
            Field.RUN.write(out, v.run());
            ControlLayouts.CONTROL_FRAME.write(kryo, out, v.frame());
          },
          (kryo, in) ->
              new Control(Field.RUN.read(in), ControlLayouts.CONTROL_FRAME.read(kryo, in)));

  private RunLayouts() {}

  private static Phase phase(Input in) {
    return PHASES[Field.PHASE.readInt(in)];
  }

  private static String[] readWords(Input in) {
    return Stream.generate(() -> Length.WORD.readText(in))
        .limit(Length.WORDS.read(in))
        .toArray(String[]::new);
  }
}
