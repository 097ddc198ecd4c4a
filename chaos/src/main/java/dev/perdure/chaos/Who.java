package dev.perdure.chaos;

import java.util.Optional;

/** Whom a fault befalls, as a plan says it. A rank is a place in the team; a slot keeps its number when its worker is replaced. */
public sealed interface Who {
    /** What may be written in a plan. */
    String EXPECTED = "random, all, two, leader, rank K or slot K";

    record Random() implements Who {}

    record All() implements Who {}

    /** Two of them, at once. */
    record Two() implements Who {}

    record Rank(int rank) implements Who {}

    record Slot(int slot) implements Who {}

    /** Returns what a plan's words mean, if they mean anything. */
    static Optional<Who> parse(String words) {
        String[] parts = words.strip().split("\\s+");
        return switch (parts[0]) {
            case "random" -> Optional.of(new Random());
            case "all" -> Optional.of(new All());
            case "two" -> Optional.of(new Two());
            case "leader" -> Optional.of(new Rank(0));
            case "rank" -> number(parts).map(Rank::new);
            case "slot" -> number(parts).map(Slot::new);
            default -> Optional.empty();
        };
    }

    private static Optional<Integer> number(String[] parts) {
        return parts.length == 2 && parts[1].matches("\\d{1,4}")
                ? Optional.of(Integer.valueOf(parts[1]))
                : Optional.empty();
    }

    /** Returns it as a plan says it. */
    default String words() {
        return switch (this) {
            case Random _ -> "random";
            case All _ -> "all";
            case Two _ -> "two";
            case Rank(int rank) -> "rank " + rank;
            case Slot(int slot) -> "slot " + slot;
        };
    }
}
