package dev.pglet.server.config;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneRulesException;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A time of the week at which a server may be restarted, on the clocks of a time zone. One that
 * ends at or before the time at which it begins goes on into the next day. Where clocks are put
 * forward over a window, it opens after that, as long as it always is; where they are put back
 * within one, it is open until the later of the two ends.
 *
 * @param days on which it begins
 * @param to equal to {@code from}: a whole day
 */
public record RestartWindow(Set<DayOfWeek> days, LocalTime from, LocalTime to, ZoneId zone) {
  /** Resources are looked at once a minute: a shorter window could be missed. */
  public static final Duration SHORTEST = Duration.ofMinutes(5);

  private static final Pattern FORM =
      Pattern.compile(
          "(?:([A-Za-z,-]+) )?([0-2][0-9]:[0-5][0-9])-([0-2][0-9]:[0-5][0-9])(?: ([A-Za-z0-9_+/-]+))?");

  private static final List<String> NAMES =
      List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

  public RestartWindow {
    days = Collections.unmodifiableSet(EnumSet.copyOf(days));
  }

  /**
   * Reads a window such as {@code Sun 02:00-06:00}, {@code Mon-Fri,Sun 22:00-04:00 Europe/Berlin}.
   *
   * @throws IllegalArgumentException with what is wrong, for people
   */
  public static RestartWindow parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("\"" + text + "\" is no time of the week");
    }
    RestartWindow window =
        new RestartWindow(
            matcher.group(1) == null ? EnumSet.allOf(DayOfWeek.class) : days(matcher.group(1)),
            time(matcher.group(2)),
            time(matcher.group(3)),
            matcher.group(4) == null ? ZoneOffset.UTC : zone(matcher.group(4)));
    if (window.length().compareTo(SHORTEST) < 0) {
      throw new IllegalArgumentException(
          "\"%s\" is shorter than %d minutes, and could be missed"
              .formatted(text, SHORTEST.toMinutes()));
    }
    return window;
  }

  /** Whether it is open; its end does not belong to it. */
  public boolean open(Instant now) {
    LocalDate today = now.atZone(zone).toLocalDate();
    // One of yesterday may go on into this day; one of the day before that, by a change of clocks.
    for (int ago = 0; ago <= 2; ago++) {
      LocalDate day = today.minusDays(ago);
      if (days.contains(day.getDayOfWeek()) && openOn(day, now)) {
        return true;
      }
    }
    return false;
  }

  private boolean openOn(LocalDate day, Instant now) {
    ZonedDateTime begin = day.atTime(from).atZone(zone).withEarlierOffsetAtOverlap();
    LocalDate lastDay = from.isBefore(to) ? day : day.plusDays(1);
    ZonedDateTime end = lastDay.atTime(to).atZone(zone).withLaterOffsetAtOverlap();
    Duration asAlways = length();
    Instant until =
        Duration.between(begin, end).compareTo(asAlways) < 0
            ? begin.toInstant().plus(asAlways)
            : end.toInstant();
    return !now.isBefore(begin.toInstant()) && now.isBefore(until);
  }

  private Duration length() {
    Duration length = Duration.between(from, to);
    return length.isPositive() ? length : length.plusDays(1);
  }

  private static Set<DayOfWeek> days(String text) {
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    for (String part : text.split(",", -1)) {
      String[] ends = part.split("-", -1);
      if (ends.length > 2) {
        throw new IllegalArgumentException("\"" + part + "\" is no range of days");
      }
      DayOfWeek last = day(ends[ends.length - 1]);
      DayOfWeek day = day(ends[0]);
      days.add(day);
      while (day != last) {
        day = day.plus(1);
        days.add(day);
      }
    }
    return days;
  }

  private static DayOfWeek day(String name) {
    int index = NAMES.indexOf(name.toLowerCase(Locale.ROOT));
    if (index < 0) {
      throw new IllegalArgumentException(
          "\"" + name + "\" is no day: write Mon, Tue, Wed, Thu, Fri, Sat or Sun");
    }
    return DayOfWeek.of(index + 1);
  }

  private static LocalTime time(String text) {
    if (text.equals("24:00")) {
      return LocalTime.MIDNIGHT;
    }
    try {
      return LocalTime.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("\"" + text + "\" is no time of a day", e);
    }
  }

  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (ZoneRulesException e) {
      throw new IllegalArgumentException("there is no time zone \"" + name + "\"", e);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("\"" + name + "\" is no time zone", e);
    }
  }
}
