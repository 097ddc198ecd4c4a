package dev.perdure.data;

import dev.perdure.data.DataReport.BadRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Collects bad records while the data are read, and says when there are too many. Not thread-safe. */
final class Quarantine {
    private static final int EXAMPLES = 5;

    private final double shareMax;
    private final List<BadRecord> first = new ArrayList<>();
    private long records;
    private long bad;

    Quarantine(double shareMax) {
        this.shareMax = shareMax;
    }

    /** Counts records as read, good or bad. */
    void read(long count) {
        records += count;
    }

    void add(String file, long at, String reason) {
        bad++;
        if (first.size() < DataReport.QUARANTINED_MAX) {
            first.add(new BadRecord(file, at, reason));
        }
    }

    long records() {
        return records;
    }

    long bad() {
        return bad;
    }

    List<BadRecord> first() {
        return List.copyOf(first);
    }

    /** @throws BadDataException if the share of bad records is above what is allowed, or nothing is left */
    void check() {
        if (bad > shareMax * records) {
            throw new BadDataException(String.format(
                    Locale.ROOT,
                    "%d of %d records are bad: %.4g %% (data.bad-records-max: %.4g %%). Mend or remove them, or raise"
                            + " data.bad-records-max.\n%s",
                    bad,
                    records,
                    100.0 * bad / records,
                    100.0 * shareMax,
                    examples()));
        }
        if (bad == records) {
            throw new BadDataException("no records are left of %d (expected: at least 1).%s"
                    .formatted(records, first.isEmpty() ? "" : "\n" + examples()));
        }
    }

    private String examples() {
        String list =
                first.stream().limit(EXAMPLES).map(record -> "  " + record).collect(Collectors.joining("\n"));
        return bad > EXAMPLES ? list + "\n  and %d more".formatted(bad - EXAMPLES) : list;
    }
}
