package dev.pglet.branch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Against names that pg_walfile_name gives. */
final class TestWalSegments {
  private static final long MIB = 1024 * 1024;

  @Test
  void namesEverySegmentThatHoldsAByte() {
    assertThat(names("0/2000028", "0/4000138", 16 * MIB))
        .containsExactly(
            "000000010000000000000002", "000000010000000000000003", "000000010000000000000004");
  }

  @Test
  void anEndOnTheBoundaryNeedsNothingOfTheNextSegment() {
    assertThat(names("0/2000028", "0/3000000", 16 * MIB))
        .containsExactly("000000010000000000000002");
  }

  @Test
  void goesOnInTheNextLogFile() {
    assertThat(names("1/FF000000", "2/1", 16 * MIB))
        .containsExactly("0000000100000001000000FF", "000000010000000200000000");
  }

  @Test
  void knowsSegmentsOfAnySize() {
    assertThat(names("0/7FFFFF", "0/800001", MIB))
        .containsExactly("000000010000000000000007", "000000010000000000000008");
    assertThat(names("A/40000000", "A/40000001", 1024 * MIB))
        .containsExactly("000000010000000A00000001");
  }

  private static List<String> names(String from, String to, long size) {
    return WalSegments.names(
        "00000001", size, WalSegments.position(from), WalSegments.position(to));
  }
}
