package dev.pglet.it;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicBoolean;

/** The clock of this host, as somebody has set it. Thread-safe. */
final class SetClock extends Clock {
  private final AtomicBoolean ahead = new AtomicBoolean();
  private volatile Duration offset = Duration.ZERO;
  private volatile Duration swing = Duration.ZERO;

  /** So far off what it really is. */
  SetClock by(Duration newOffset) {
    offset = newOffset;
    return this;
  }

  /** It is that time now, and goes on from there. */
  SetClock to(String time) {
    return by(Duration.between(Instant.now(), Instant.parse(time)));
  }

  /** Each time that somebody looks it is set forward by so much, or back again. */
  SetClock swinging(Duration newSwing) {
    swing = newSwing;
    return this;
  }

  @Override
  public Instant instant() {
    Instant now = Instant.now().plus(offset);
    boolean back = ahead.getAndSet(!ahead.get());
    return back ? now : now.plus(swing);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("nobody asks for another zone");
  }
}
