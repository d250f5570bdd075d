package org.numaslab.coordinator.driver.cluster;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// Takes what Pekko warns of, of all processes in this JVM, in the place of the log.
final class PekkoWarnings extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final Logger logger = (Logger) LoggerFactory.getLogger("org.apache.pekko");
  private final List<String> all = new CopyOnWriteArrayList<>();
  private final @Nullable Level before = logger.getLevel();

  private PekkoWarnings() {}

  static PekkoWarnings collect() {
    PekkoWarnings warnings = new PekkoWarnings();
    warnings.start();
    warnings.logger.setLevel(Level.WARN);
    warnings.logger.setAdditive(false);
    warnings.logger.addAppender(warnings);
    return warnings;
  }

  @Override
  protected void append(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(event.getFormattedMessage());
    for (IThrowableProxy cause = event.getThrowableProxy();
        cause != null;
        cause = cause.getCause()) {
      line.append(": ").append(cause.getMessage());
    }
    all.add(line.toString());
  }

  /// So far, each on a line, with its causes.
  List<String> all() {
    return all;
  }

  @Override
  public void close() {
    logger.detachAppender(this);
    logger.setAdditive(true);
    logger.setLevel(before);
    stop();
  }
}
