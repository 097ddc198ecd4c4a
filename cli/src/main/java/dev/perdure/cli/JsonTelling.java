package dev.perdure.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.perdure.gateway.AnswerTier;
import dev.perdure.oip.OipError;
import dev.perdure.oip.Served;
import dev.perdure.routing.Notice;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.LongAdder;

/**
 * Says what happens while models are served as JSON objects, one a line: and of every request that was not answered, or by another
 * than its model, one line. When those come faster than they can be written some are left out; they are counted.
 */
final class JsonTelling extends ServeTelling {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int WAITING_MAX = 1_000;
    private static final int TEXT_MAX = 300;

    private final PrintStream out;
    private final InstantSource clock;
    private final BlockingQueue<ObjectNode> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final LongAdder dropped = new LongAdder();

    JsonTelling(PrintStream out, InstantSource clock) {
        super(out);
        this.out = out;
        this.clock = clock;
        Thread.ofVirtual().name("request log").start(this::write);
    }

    /** Whoever reads slowly holds up nobody but this thread. */
    private void write() {
        try {
            while (true) {
                print(waiting.take());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void print(ObjectNode line) {
        out.println(line);
        out.flush();
    }

    private ObjectNode line(String level, String event) {
        return JSON.createObjectNode()
                .put("at", clock.instant().toString())
                .put("level", level)
                .put("event", event);
    }

    @Override
    synchronized void say(String words) {
        print(line("info", "said").put("message", words));
    }

    /** Another's line is an object already, but for who said it before. */
    @Override
    synchronized void repeat(String line) {
        super.repeat(line.substring(Math.max(0, line.indexOf('{'))));
    }

    @Override
    void tryIt(String command) {
        print(line("info", "try_it").put("message", command));
    }

    @Override
    public void told(String model, Notice notice) {
        words(model, notice)
                .ifPresent(words -> print(line("info", snake(notice.getClass().getSimpleName()))
                        .put("model", model)
                        .put("message", words)));
    }

    private static String snake(String name) {
        return name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }

    @Override
    void served(Served served) {
        boolean isDegraded = AnswerTier.of(served.parameters())
                .filter(tier -> tier != AnswerTier.MODEL)
                .isPresent();
        boolean isOfInterest = switch (served.operation()) {
            case HEALTH, METRICS -> false;
            case METADATA, CONFIG, STATISTICS, INDEX, INFER, LOAD, UNLOAD, OTHER ->
                isDegraded || served.end() != Served.End.ANSWERED;
        };
        if (isOfInterest && !waiting.offer(line(served))) {
            dropped.increment();
        }
    }

    private ObjectNode line(Served served) {
        boolean isOurFault = served.refused()
                .filter(why -> why == OipError.INTERNAL || why == OipError.UNAVAILABLE || why == OipError.LATE)
                .isPresent();
        ObjectNode line = line(isOurFault ? "error" : "warn", "request")
                .put("request", shown(served.requestId()))
                .put("trace", served.trace().traceId())
                .put("span", served.trace().spanId())
                .put("transport", served.isGrpc() ? "grpc" : "rest")
                .put("operation", served.operation().word());
        served.client().ifPresent(client -> line.put("client", shown(client)));
        served.model().ifPresent(model -> {
            line.put("model", shown(model.name()));
            model.version().ifPresent(version -> line.put("version", shown(version)));
        });
        AnswerTier.of(served.parameters()).ifPresent(tier -> line.put("tier", tier.word()));
        line.put(
                "outcome",
                served.end() == Served.End.ANSWERED
                        ? "degraded"
                        : served.end().name().toLowerCase(Locale.ROOT));
        served.refused().ifPresent(why -> line.put("code", why.name().toLowerCase(Locale.ROOT)));
        String reason = served.reason().isEmpty() ? AnswerTier.reason(served.parameters()) : served.reason();
        line.put("reason", shown(reason));
        return (ObjectNode) line.set(
                "millis",
                JsonNodeFactory.instance.numberNode(Math.rint(served.took().toNanos() / 1e3) / 1e3));
    }

    /** A stranger's words are cut; Jackson escapes what does not belong into a line. */
    private static String shown(String text) {
        return text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX) + "…";
    }

    @Override
    long dropped() {
        return dropped.sum();
    }
}
