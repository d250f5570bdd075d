package org.numaslab.coordinator.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.numaslab.coordinator.audit.Audit;

/// What the closing audit found: whether objects, slabs and pages add up.
///
/// @param findings what does not, a sentence each
/// @param leftOut what could not be checked, because nodes were lost
public record AuditFigures(
    boolean clean,
    long checkedObjects,
    long checkedSlabs,
    long checkedPages,
    List<String> findings,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> leftOut) {
  public AuditFigures {
    findings = List.copyOf(findings);
    leftOut = List.copyOf(leftOut);
  }

  public static AuditFigures of(Audit audit) {
    return new AuditFigures(
        audit.isClean(),
        audit.checkedObjects(),
        audit.checkedSlabs(),
        audit.checkedPages(),
        audit.findings(),
        audit.leftOut());
  }
}
