package dev.perdure.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Why a bundle is not used: everything that can be wrong with one. {@link #message} says what is bad, what was expected,
 * and what to do next.
 */
public sealed interface Refusal {
    String message();

    /** Returns whether the bytes are not what they were; otherwise the question is who vouches for them. */
    default boolean isDamage() {
        return true;
    }

    /** There is nothing, or what was being written when a process died. */
    record NoBundle(boolean leftovers) implements Refusal {
        @Override
        public String message() {
            return "no " + Names.MANIFEST + " (expected: a bundle). "
                    + (leftovers ? "Objects lie here: writing it did not end. Make it again." : "Is the place right?");
        }

        @Override
        public boolean isDamage() {
            return leftovers;
        }
    }

    /** Something is larger than anything that Perdure writes. */
    record TooLarge(String name, long bytes, long bytesMax) implements Refusal {
        @Override
        public String message() {
            return "%s: %d bytes (expected: <= %d). Perdure did not write it; get the bundle again."
                    .formatted(name, bytes, bytesMax);
        }
    }

    /** Bytes are not those that were written. */
    record Altered(String name, String expected) implements Refusal {
        @Override
        public String message() {
            return "%s: its bytes were changed or cut (expected: %s). Get the bundle again from where it was made."
                    .formatted(name, expected);
        }
    }

    /** An object is shorter or longer than it was. */
    record WrongSize(String name, long bytes, long bytesExpected) implements Refusal {
        @Override
        public String message() {
            return "%s: %d bytes (expected: %d). %s; get the bundle again from where it was made."
                    .formatted(name, bytes, bytesExpected, bytes < bytesExpected ? "It was cut" : "It was added to");
        }
    }

    /** An object that the manifest names is not there. */
    record Missing(String name) implements Refusal {
        @Override
        public String message() {
            return name + ": not there (expected: named by the manifest). Get the bundle again from where it was made.";
        }
    }

    /** Something is there that does not belong to the bundle. */
    record Unexpected(String name) implements Refusal {
        @Override
        public String message() {
            return name + ": does not belong to the bundle (expected: nothing but what the manifest names)."
                    + " Find out who put it there, and take it away.";
        }
    }

    /** A later version of Perdure wrote it. */
    record NewerFormat(long version, long known) implements Refusal {
        @Override
        public String message() {
            return "%s: format %d (expected: %d). A newer Perdure wrote it: use that one."
                    .formatted(Names.MANIFEST, version, known);
        }

        @Override
        public boolean isDamage() {
            return false;
        }
    }

    /** Something is whole, but not what the format asks for. */
    record Malformed(String name, String problem) implements Refusal {
        @Override
        public String message() {
            return "%s: %s. Whoever made the bundle made it wrongly; make it again.".formatted(name, problem);
        }
    }

    /** Nobody vouches for it. */
    record Unsigned() implements Refusal {
        @Override
        public String message() {
            return "not signed (expected: a signature by a trusted key)."
                    + " Sign it ('perdure bundle sign'), or allow unsigned bundles where that is no risk.";
        }

        @Override
        public boolean isDamage() {
            return false;
        }
    }

    /** Somebody vouches for it whom nobody here knows. */
    record UnknownKey(List<String> signers, List<String> trusted) implements Refusal {
        public UnknownKey {
            signers = List.copyOf(signers);
            trusted = List.copyOf(trusted);
        }

        @Override
        public String message() {
            return "signed by key %s (expected: %s). Trust that key if you know whose it is, or sign with yours."
                    .formatted(
                            list(signers),
                            trusted.isEmpty() ? "a trusted one, but none is given" : "one of " + list(trusted));
        }

        private static String list(List<String> keys) {
            return keys.stream().map(key -> key.substring(0, 16)).collect(Collectors.joining(", "));
        }

        @Override
        public boolean isDamage() {
            return false;
        }
    }

    /** A signature in a trusted key's name is not that key's, or not of this manifest. */
    record WrongSignature(String key) implements Refusal {
        @Override
        public String message() {
            return "the signature of key %s does not hold (expected: of this manifest). "
                            .formatted(key.substring(0, 16))
                    + "Manifest or signature was replaced: do not use the bundle.";
        }
    }

    /** Returns the name of the object that is bad, if it is a certain one. */
    default Optional<String> object() {
        return switch (this) {
            case TooLarge tooLarge -> Optional.of(tooLarge.name());
            case Altered altered -> Optional.of(altered.name());
            case WrongSize wrongSize -> Optional.of(wrongSize.name());
            case Missing missing -> Optional.of(missing.name());
            case Unexpected unexpected -> Optional.of(unexpected.name());
            case Malformed malformed -> Optional.of(malformed.name());
            case WrongSignature wrong -> Optional.of(Names.signature(wrong.key()));
            case NewerFormat _ -> Optional.of(Names.MANIFEST);
            case NoBundle _, Unsigned _, UnknownKey _ -> Optional.empty();
        };
    }
}
