package dev.perdure.supervision;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** What a supervisor works with: its memory, its clock, and what it has decided to do in the step at hand. */
final class Desk {
    final Run run;
    final long epoch;
    final Roster roster = new Roster();
    final Staffing staffing;
    final Outbox outbox = new Outbox();
    final Journal journal;
    /** Nanoseconds for which this supervisor has been attentive: no patience runs out while it was itself away. */
    long clock;

    private final List<Command> commands = new ArrayList<>();
    private final List<String> reasons = new ArrayList<>();

    Desk(Run run, Facts facts, long epoch) {
        this.run = run;
        this.epoch = epoch;
        staffing = new Staffing(run.budgets(), facts.slots(), epoch);
        journal = new Journal(outbox, epoch);
        facts.living().forEach((worker, slot) -> {
            Life life = new Life(worker, slot, 0, run.suspicion());
            life.stage = Life.Stage.STARTING;
            roster.add(life);
        });
    }

    void act(Command command) {
        commands.add(command);
    }

    void say(String reason) {
        reasons.add(reason);
    }

    void send(Life life, ToWorker message) {
        if (life.connection != Life.NO_CONNECTION) {
            act(new Command.Send(life.connection, life.id, message));
        }
    }

    /** Books a new life, and has its name made durable; launched once it is. */
    private void hire(int slot) {
        Life life = new Life(staffing.launch(slot), slot, clock, run.suspicion());
        roster.add(life);
        outbox.add(new Fact.Launched(life.id, slot, staffing.slot(slot)));
    }

    /** Launches where somebody is missing, as far as the budgets allow. */
    void hire(Targets targets) {
        int missing = targets.total() - roster.staying();
        if (missing <= 0) {
            return;
        }
        BitSet taken = roster.slots();
        for (int slot = taken.nextClearBit(0); missing > 0 && slot < targets.total(); ) {
            if (staffing.mayLaunch(slot, clock)) {
                hire(slot);
                missing--;
            }
            slot = taken.nextClearBit(slot + 1);
        }
    }

    /** Returns whether somebody may still join who has not. */
    boolean isAnyoneExpected(Targets targets) {
        if (roster.any(life -> !life.isJoined())) {
            return true;
        }
        BitSet taken = roster.slots();
        for (int slot = taken.nextClearBit(0); slot < targets.total(); slot = taken.nextClearBit(slot + 1)) {
            if (staffing.mayEverLaunch(slot)) {
                return true;
            }
        }
        return false;
    }

    /** Ends one that nothing is wrong with. */
    void dismiss(Life life, String reason) {
        switch (life.stage) {
            case PENDING -> forget(life);
            case STARTING -> fence(life, reason);
            case JOINED -> {
                send(life, new ToWorker.Stop(epoch, reason));
                life.moveTo(Life.Stage.LEAVING, clock);
            }
            case LEAVING, FENCED -> {}
        }
    }

    /** Ends one for certain; whatever it still says is refused. */
    void fence(Life life, String reason) {
        life.moveTo(Life.Stage.FENCED, clock);
        act(new Command.Kill(life.id, reason));
    }

    /** A process is gone for certain. */
    void forget(Life life) {
        roster.remove(life);
        outbox.add(new Fact.Gone(life.id, life.slot, staffing.slot(life.slot)));
    }

    /** Returns what was decided in this step, and begins the next. */
    Step take() {
        Optional<Command.Write> write = outbox.next(clock);
        write.ifPresent(commands::add);
        var step = new Step(commands, reasons);
        commands.clear();
        reasons.clear();
        return step;
    }
}
