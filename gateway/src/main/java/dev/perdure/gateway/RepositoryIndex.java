package dev.perdure.gateway;

import dev.perdure.oip.RepositoryEntry;
import dev.perdure.oip.RepositoryEntry.State;
import java.util.ArrayList;
import java.util.List;

/** What the repository says of one model's versions. */
final class RepositoryIndex {
    private RepositoryIndex() {}

    static List<RepositoryEntry> of(String name, ServedModel model) {
        var all = new ArrayList<RepositoryEntry>();
        model.versions().named().values().forEach(each -> all.add(entry(name, model, each)));
        model.waiting()
                .forEach(each -> all.add(new RepositoryEntry(
                        name, each.version(), State.UNAVAILABLE, "it waits until the one on trial is decided about")));
        return all;
    }

    private static RepositoryEntry entry(String name, ServedModel model, Deployment deployment) {
        if (model.look(deployment).isAnswering()) {
            return new RepositoryEntry(name, deployment.version(), State.READY, "");
        }
        return model.hasAnswered(deployment)
                ? new RepositoryEntry(
                        name, deployment.version(), State.UNAVAILABLE, "no replica of it can be asked now")
                : new RepositoryEntry(name, deployment.version(), State.LOADING, "no replica of it has answered yet");
    }
}
