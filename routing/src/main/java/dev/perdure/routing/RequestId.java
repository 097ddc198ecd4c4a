package dev.perdure.routing;

/** A request of one gateway's life, numbered by whoever owns the connections; never used twice. */
public record RequestId(long number) implements Comparable<RequestId> {
    @Override
    public int compareTo(RequestId other) {
        return Long.compare(number, other.number);
    }

    @Override
    public String toString() {
        return "request " + number;
    }
}
