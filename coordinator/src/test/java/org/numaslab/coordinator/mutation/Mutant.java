package org.numaslab.coordinator.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// The machine with one rule changed: snippets of production sources are replaced, the sources
/// compiled into memory, and everything that may see the classes is loaded anew, child first.
public final class Mutant extends ClassLoader {
  /// What lies below the state machines is the same for every mutant, the reserved memory above
  /// all.
  private static final List<String> SHARED =
      List.of(
          "org.numaslab.node.topology.", "org.numaslab.node.memory.", "org.numaslab.node.buddy.");

  /// A changed source.
  private static final class Unit extends SimpleJavaFileObject {
    private final String text;

    Unit(String source, String text) {
      super(URI.create("memory:///" + source), JavaFileObject.Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private final Map<String, byte[]> mutated;
  private final Predicate<String> isAnew;

  private Mutant(Map<String, byte[]> mutated, Predicate<String> isAnew) {
    super(Mutant.class.getClassLoader());
    this.mutated = mutated;
    this.isAnew = isAnew;
  }

  private static boolean mayBeMutated(String name) {
    return SHARED.stream().noneMatch(name::startsWith);
  }

  /// One place where a production source is changed.
  ///
  /// @param source path below the project, as `cpu/src/main/java/..`
  /// @param snippet must occur there exactly once
  public record Edit(String source, String snippet, String replacement) {}

  /// One place is changed.
  public static Mutant of(String source, String snippet, String replacement) throws IOException {
    return of(List.of(new Edit(source, snippet, replacement)));
  }

  /// A rule that is kept in several places is broken in all of them.
  public static Mutant of(List<Edit> edits) throws IOException {
    return of(edits, Mutant::mayBeMutated);
  }

  /// The same, faster: only some classes are loaded anew, all others are those that run already.
  ///
  /// @param packages all of those that refer to what is changed, each ending with a dot
  public static Mutant of(List<Edit> edits, List<String> packages) throws IOException {
    return of(edits, name -> packages.stream().anyMatch(name::startsWith));
  }

  private static Mutant of(List<Edit> edits, Predicate<String> isAnew) throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Edit edit : edits) {
      String text = texts.get(edit.source());
      if (text == null) {
        text = Files.readString(Path.of("..").resolve(edit.source()));
      }
      assertThat(text.split(Pattern.quote(edit.snippet()), -1))
          .as("pieces of %s around '%s'", edit.source(), edit.snippet())
          .hasSize(2);
      texts.put(edit.source(), text.replace(edit.snippet(), edit.replacement()));
    }
    return new Mutant(compile(texts), isAnew);
  }

  /// The machine as it is, loaded in the same way.
  public static Mutant none() {
    return new Mutant(Map.of(), Mutant::mayBeMutated);
  }

  private static Map<String, byte[]> compile(Map<String, String> texts) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
    Map<String, ByteArrayOutputStream> classes = new HashMap<>();
    JavaFileManager intoMemory =
        new ForwardingJavaFileManager<JavaFileManager>(files) {
          @Override
          public JavaFileObject getJavaFileForOutput(
              Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + className), kind) {
              @Override
              public OutputStream openOutputStream() {
                return classes.computeIfAbsent(className, c -> new ByteArrayOutputStream());
              }
            };
          }
        };
    List<Unit> units = new ArrayList<>();
    texts.forEach((source, text) -> units.add(new Unit(source, text)));
    StringWriter complaints = new StringWriter();
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    boolean compiled =
        compiler
            .getTask(
                complaints, intoMemory, null, List.of("-proc:none", "-cp", classPath), null, units)
            .call();
    assertThat(compiled).as("%s compiles: %s", texts.keySet(), complaints).isTrue();
    Map<String, byte[]> bytes = new HashMap<>();
    classes.forEach((name, out) -> bytes.put(name, out.toByteArray()));
    return bytes;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith("org.numaslab.") || !isAnew.test(name)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known != null ? known : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    byte[] bytes = mutated.get(name);
    if (bytes == null) {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        bytes = in.readAllBytes();
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  /// Calls a static method without parameters or with one, of a class as this machine has it.
  public Object call(Class<?> type, String method, Object... arguments)
      throws ReflectiveOperationException {
    Class<?> here = loadClass(type.getName());
    for (var candidate : here.getDeclaredMethods()) {
      if (candidate.getName().equals(method)) {
        candidate.setAccessible(true);
        return candidate.invoke(null, arguments);
      }
    }
    throw new NoSuchMethodException(type + "." + method);
  }
}
