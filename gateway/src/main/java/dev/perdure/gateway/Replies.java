package dev.perdure.gateway;

import dev.perdure.routing.Command;
import dev.perdure.routing.Event;
import dev.perdure.routing.Next;
import dev.perdure.routing.Tier;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** What requests get that are over: by replicas, or by tiers that have none. Used by the thread that decides. */
final class Replies {
    private final Deployments deployments;
    private final KnownGood known;
    private final Predicate<String> isQuarantined;
    private final Consumer<Event> tell;

    /** @param isQuarantined whether an item of this digest is */
    Replies(Deployments deployments, KnownGood known, Predicate<String> isQuarantined, Consumer<Event> tell) {
        this.deployments = deployments;
        this.known = known;
        this.isQuarantined = isQuarantined;
        this.tell = tell;
    }

    /** Rules and known answers are values that are there: what is found is found at once. */
    void fall(Flight flight, Command.Fall fall) {
        ServedVersion version = asked(flight).served();
        List<Integer> answered = switch (fall.tier()) {
            case Tier.Rule _ -> rule(flight, fall, version);
            case Tier.KnownGood _ -> known(flight, fall, version);
            case Tier.Model _ -> List.of();
        };
        tell.accept(new Event.Fell(fall.request(), fall.attempt(), answered));
    }

    /** Every item has the same. */
    private static List<Integer> rule(Flight flight, Command.Fall fall, ServedVersion version) {
        flight.fell(fall.attempt(), fall.items(), "");
        return version.fallback()
                .map(rule -> {
                    flight.gave(
                            fall.attempt(),
                            Answers.rule(version, rule, fall.items().size()));
                    return fall.items();
                })
                .orElse(List.of());
    }

    private List<Integer> known(Flight flight, Command.Fall fall, ServedVersion version) {
        return known.find(version, flight.ask.digests(), fall.items())
                .map(found -> {
                    flight.fell(fall.attempt(), found.items(), "%d s ago".formatted(found.ageMillis() / 1000));
                    flight.gave(fall.attempt(), found.outputs());
                    return found.items();
                })
                .orElse(List.of());
    }

    private Deployment asked(Flight flight) {
        return deployments.get(Told.asked(flight.ask));
    }

    /** Puts an answer together, of all who gave items of it. */
    Reply answer(Flight flight, Command.Answer answer) {
        return new Reply.Answered(
                answer.parts().stream().map(part -> piece(flight, part)).toList());
    }

    private Reply.Piece piece(Flight flight, Next.Part part) {
        Tier tier = flight.ask.tiers().get(part.tier());
        Deployment asked = asked(flight);
        boolean isHeld = part.items().stream()
                .anyMatch(item -> isQuarantined.test(flight.ask.digests().get(item)));
        return new Reply.Piece(
                Told.tier(tier, asked),
                tier instanceof Tier.Model model
                        ? deployments.served(model.version()).id()
                        : asked.served().id(),
                Told.reason(tier, asked, isHeld, flight.age(part.attempt())),
                part.items(),
                flight.items(part.attempt()),
                flight.outputs(part.attempt()),
                flight.inner(part.attempt()));
    }
}
