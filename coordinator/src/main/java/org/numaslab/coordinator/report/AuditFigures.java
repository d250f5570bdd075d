package org.numaslab.coordinator.report;

import java.util.List;
import org.numaslab.coordinator.audit.Audit;

/// What the closing audit found: whether objects, slabs and pages add up.
///
/// @param findings what does not, a sentence each
public record AuditFigures(
    boolean clean,
    long checkedObjects,
    long checkedSlabs,
    long checkedPages,
    List<String> findings) {
  public AuditFigures {
    findings = List.copyOf(findings);
  }

  public static AuditFigures of(Audit audit) {
    return new AuditFigures(
        audit.isClean(),
        audit.checkedObjects(),
        audit.checkedSlabs(),
        audit.checkedPages(),
        audit.findings());
  }
}
