package dev.perdure.model;

import java.util.List;

/** Who vouches for a bundle that is used. */
public sealed interface Standing {
    /** Trusted keys signed it, at least one. */
    record Signed(List<String> keys) implements Standing {
        public Signed {
            keys = List.copyOf(keys);
        }
    }

    /** Nobody signed it, which was allowed. */
    record Unsigned() implements Standing {}

    /** Keys signed it that are not trusted, so that it could not be checked whether they did; that was allowed. */
    record SignedByStrangers(List<String> keys) implements Standing {
        public SignedByStrangers {
            keys = List.copyOf(keys);
        }
    }

    /** Returns it in words. */
    default String words() {
        return switch (this) {
            case Signed(List<String> keys) -> "signed by key " + String.join(", ", keys);
            case Unsigned _ -> "NOT SIGNED: nobody vouches for it";
            case SignedByStrangers(List<String> keys) ->
                "NOT CHECKED: signed in the name of key " + String.join(", ", keys) + ", which is not trusted here";
        };
    }
}
