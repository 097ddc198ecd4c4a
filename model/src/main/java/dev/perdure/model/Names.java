package dev.perdure.model;

import java.util.regex.Pattern;

/** What the objects of a bundle are called, below its prefix. */
final class Names {
    static final String MANIFEST = "bundle.json";
    static final String OBJECTS = "objects/";
    static final String SIGNATURES = "signatures/";
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private Names() {}

    static boolean isSha256(String text) {
        return SHA256.matcher(text).matches();
    }

    static String object(String sha256) {
        return OBJECTS + sha256;
    }

    static String signature(String key) {
        return SIGNATURES + key;
    }

    /** Returns whether an object of this name may lie below a bundle's prefix, as far as the name goes. */
    static boolean isOurs(String name) {
        return name.equals(MANIFEST)
                || (name.startsWith(OBJECTS) && isSha256(name.substring(OBJECTS.length())))
                || (name.startsWith(SIGNATURES) && isSha256(name.substring(SIGNATURES.length())));
    }
}
