package org.numaslab.coordinator.conform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// The machine with one rule changed: a snippet of a production source is replaced, the source
/// compiled into memory, and everything that may see the class is loaded anew, child first.
final class Mutant extends ClassLoader {
  /// What lies below the state machines is the same for every mutant, the reserved memory above
  /// all.
  private static final List<String> SHARED =
      List.of(
          "org.numaslab.node.topology.", "org.numaslab.node.memory.", "org.numaslab.node.buddy.");

  private final Map<String, byte[]> mutated;

  private Mutant(Map<String, byte[]> mutated) {
    super(Mutant.class.getClassLoader());
    this.mutated = mutated;
  }

  /// @param source path below the project, as `cpu/src/main/java/..`
  /// @param snippet must occur there exactly once
  static Mutant of(String source, String snippet, String replacement) throws IOException {
    String text = Files.readString(Path.of("..").resolve(source));
    assertThat(text.split(java.util.regex.Pattern.quote(snippet), -1))
        .as("pieces of %s around '%s'", source, snippet)
        .hasSize(2);
    return new Mutant(compile(source, text.replace(snippet, replacement)));
  }

  /// The machine as it is, loaded in the same way.
  static Mutant none() {
    return new Mutant(Map.of());
  }

  private static Map<String, byte[]> compile(String source, String text) {
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
    JavaFileObject unit =
        new SimpleJavaFileObject(URI.create("memory:///" + source), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
          }
        };
    StringWriter complaints = new StringWriter();
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    boolean compiled =
        compiler
            .getTask(
                complaints,
                intoMemory,
                null,
                List.of("-proc:none", "-cp", classPath),
                null,
                List.of(unit))
            .call();
    assertThat(compiled).as("%s compiles: %s", source, complaints).isTrue();
    Map<String, byte[]> bytes = new HashMap<>();
    classes.forEach((name, out) -> bytes.put(name, out.toByteArray()));
    return bytes;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith("org.numaslab.") || SHARED.stream().anyMatch(name::startsWith)) {
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

  /// Calls a static method without parameters or with one, of a class of this package as this
  /// machine has it.
  Object call(Class<?> type, String method, Object... arguments)
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
