package org.numaslab.coordinator.driver.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.NodeId;

/// The cluster roles by which a process says which nodes it has.
final class Roles {
  private static final Pattern FORM = Pattern.compile("node-(\\d{1,4})-life-(\\d{1,10})");

  private Roles() {}

  static String of(Incarnation member) {
    return "node-" + member.node().value() + "-life-" + member.life();
  }

  /// The nodes of a process. Other roles say nothing.
  static List<Incarnation> members(Collection<String> roles) {
    List<Incarnation> members = new ArrayList<>();
    for (String role : roles) {
      Matcher parts = FORM.matcher(role);
      if (parts.matches() && Long.parseLong(parts.group(2)) <= Integer.MAX_VALUE) {
        members.add(
            new Incarnation(
                new NodeId(Integer.parseInt(parts.group(1))), Integer.parseInt(parts.group(2))));
      }
    }
    members.sort(Incarnation.ORDER);
    return members;
  }
}
