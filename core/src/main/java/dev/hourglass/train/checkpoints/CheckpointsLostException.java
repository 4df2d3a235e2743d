package dev.hourglass.train.checkpoints;

import dev.hourglass.files.RefusedFileException;

/** A training's state can't be saved any more, however long it waits; going on would be work that may be lost. */
public final class CheckpointsLostException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    CheckpointsLostException(RefusedFileException cause) {
        super("Training ends, since its checkpoints cannot be saved: " + cause.getMessage() + ".", cause);
    }
}
