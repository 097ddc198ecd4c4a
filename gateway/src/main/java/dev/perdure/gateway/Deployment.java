package dev.perdure.gateway;

/**
 * A version that replicas answer for, under a name of its own among all that were ever deployed: a bundle that is changed under
 * the same version is another deployment.
 *
 * @param key the name that those who decide know it by
 * @param reading how its outputs are compared with those of others
 */
record Deployment(String key, ServedVersion served, Reading reading) {
    /** No version has this in its name. */
    private static final char AGAIN = '#';

    /**
     * Returns a deployment that is told from the earlier ones of its version.
     *
     * @param number 1 for the first of this version
     * @param apart share of the golden outputs' range within which numbers are near each other
     */
    static Deployment of(ServedVersion served, long number, double apart) {
        String version = served.version();
        return new Deployment(number == 1 ? version : version + AGAIN + number, served, new Reading(served, apart));
    }

    /** Returns the version that replicas of a key answer for. */
    static String versionOf(String key) {
        int again = key.lastIndexOf(AGAIN);
        return again < 0 ? key : key.substring(0, again);
    }

    String version() {
        return served.version();
    }

    /** Returns whether this is a deployment of that very bundle. */
    boolean isOf(ServedVersion bundle) {
        return isSame(served, bundle);
    }

    static boolean isSame(ServedVersion one, ServedVersion other) {
        return one.version().equals(other.version()) && one.digest().equals(other.digest());
    }

    /** Returns whether a version takes and gives the same, so that clients need not know which of the two answers. */
    boolean isLike(ServedVersion other) {
        return served.signature().equals(other.signature()) && served.labels().equals(other.labels());
    }
}
