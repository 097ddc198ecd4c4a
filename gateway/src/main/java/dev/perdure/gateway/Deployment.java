package dev.perdure.gateway;

/**
 * A version that replicas answer for, under a name of its own among all that were ever deployed: a bundle that is changed under
 * the same version is another deployment.
 *
 * @param key the name that those who decide know it by
 */
record Deployment(String key, ServedVersion served) {
    /** No version has this in its name. */
    private static final char AGAIN = '#';

    /**
     * Returns a deployment that is told from the earlier ones of its version.
     *
     * @param number 1 for the first of this version
     */
    static Deployment of(ServedVersion served, long number) {
        String version = served.version();
        return new Deployment(number == 1 ? version : version + AGAIN + number, served);
    }

    String version() {
        return served.version();
    }
}
