package dev.perdure.data;

import java.security.MessageDigest;

/** The samples of one source behind those of another; both have the same stored form. */
record JoinedSamples(Samples first, Samples second) implements Samples {

    @Override
    public int count() {
        return Math.addExact(first.count(), second.count());
    }

    @Override
    public int bytes() {
        return first.bytes();
    }

    @Override
    public boolean resident(int sample) {
        return sample < first.count() ? first.resident(sample) : second.resident(sample - first.count());
    }

    @Override
    public void read(int sample, byte[] into) {
        if (sample < first.count()) {
            first.read(sample, into);
        } else {
            second.read(sample - first.count(), into);
        }
    }

    @Override
    public void addTo(MessageDigest digest) {
        first.addTo(digest);
        second.addTo(digest);
    }
}
