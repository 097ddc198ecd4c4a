package dev.perdure.wire;

import dev.perdure.supervision.Share;
import dev.perdure.supervision.WorkerId;
import dev.perdure.wire.v1.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes and reads the members of a generation, which everyone of them is sent: in as few bytes as they have in common, since
 * what many are told of many is their number squared. Names that differ in one number which counts up, as those of a run's first
 * workers do, are one entry.
 */
final class Members {
    /** A number as it is written back: without zeros in front, and within an int. */
    private static final Pattern NUMBERED = Pattern.compile("([^0-9]*)(0|[1-9][0-9]{0,8})([^0-9].*|)", Pattern.DOTALL);

    private Members() {}

    static void write(List<Share> shares, Wire.Form.Builder form) {
        Wire.Names.Builder last = null;
        for (Share share : shares) {
            form.addSizes(share.to() - share.from());
            Wire.Names.Builder next = names(share.worker().name());
            if (last != null && follows(last, next)) {
                last.setCount(last.getCount() + 1);
            } else {
                last = form.addMembersBuilder().mergeFrom(next.build());
            }
        }
    }

    private static Wire.Names.Builder names(String name) {
        Matcher matcher = NUMBERED.matcher(name);
        Wire.Names.Builder names = Wire.Names.newBuilder().setCount(1);
        return matcher.matches()
                ? names.setBefore(matcher.group(1))
                        .setFirst(Integer.parseInt(matcher.group(2)))
                        .setAfter(matcher.group(3))
                : names.setBefore(name);
    }

    private static boolean follows(Wire.Names.Builder names, Wire.Names.Builder next) {
        return names.hasFirst()
                && next.hasFirst()
                && next.getFirst() == names.getFirst() + names.getCount()
                && next.getBefore().equals(names.getBefore())
                && next.getAfter().equals(names.getAfter());
    }

    /** @throws IllegalArgumentException if there are not as many names as sizes, or fewer than none of something */
    static List<Share> read(Wire.Form form) {
        long named = form.getMembersList().stream()
                .mapToLong(names -> Math.max(0, names.getCount()))
                .sum();
        if (named != form.getSizesCount()) {
            throw new IllegalArgumentException("generation %d: %d names (expected: %d, one for each size)"
                    .formatted(form.getNumber(), named, form.getSizesCount()));
        }
        List<Share> shares = new ArrayList<>();
        int from = 0;
        for (Wire.Names names : form.getMembersList()) {
            for (int i = 0; i < names.getCount(); i++) {
                int to = from + form.getSizes(shares.size());
                shares.add(new Share(new WorkerId(name(names, i)), from, to));
                from = to;
            }
        }
        return shares;
    }

    private static String name(Wire.Names names, int index) {
        return names.hasFirst() ? names.getBefore() + (names.getFirst() + index) + names.getAfter() : names.getBefore();
    }
}
