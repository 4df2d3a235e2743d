package dev.hourglass.train.checkpoints;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.train.TrainingState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A program that makes the files in {@code src/test/resources/checkpoints}: a training stopped after some steps of its
 * second epoch, in the version of the layout that the code has when it is run. It also says what the training ends in
 * when nothing stops it. Version 1 was made with the code of commit 2aaa9ce, the last that wrote it,
 * version 3 with that of commit 675137f.
 */
final class CheckpointMaker {
    /** Of the states that {@link CheckpointsTest#states} has: after six steps, in the midst of the second epoch. */
    private static final int STATE = 6;

    private CheckpointMaker() {}

    /** @param arguments the folder and the name of the file to write */
    public static void main(String... arguments) throws IOException {
        List<TrainingState> states = CheckpointsTest.states();
        TrainingState stopped = states.get(STATE);
        CheckpointFile.write(
                ConfinedFolder.create(Path.of(arguments[0])),
                arguments[1],
                new Checkpoint(CheckpointsTest.ORIGIN, stopped));
        System.out.println(stopped.place());
        TrainingState end = states.getLast();
        System.out.println("weights " + end.model().parameters().sha256());
        System.out.println("epochs " + end.weightDigests());
        System.out.println(end.history().epochs().stream()
                .map(epoch -> List.of(epoch.loss(), epoch.mae(), epoch.validationLoss(), epoch.validationMae()))
                .toList());
    }
}
