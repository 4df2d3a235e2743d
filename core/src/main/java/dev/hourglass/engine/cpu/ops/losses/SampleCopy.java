package dev.hourglass.engine.cpu.ops.losses;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.ops.CopyOperations;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.ops.recurrent.SequenceOperations;
import dev.hourglass.engine.cpu.step.Value;

/** Takes one sample of a value out of its layout, row-major, and puts it back. */
interface SampleCopy {
    /** @param sample counted from the cursor's first */
    void gather(Cursor at, int sample, float[] to);

    /** @param sample counted from the cursor's first */
    void spread(float[] from, Cursor at, int sample);

    static SampleCopy of(Value value, Resources resources) {
        Buffer buffer = resources.buffer(value);
        return value.layout() instanceof Layout.Steps layout
                ? new OfSteps(buffer, layout)
                : OfImage.of(buffer, value.image());
    }

    /** Of channels last in a grid. */
    record OfImage(Buffer buffer, CopyOperations.Runs out, CopyOperations.Runs in) implements SampleCopy {
        static OfImage of(Buffer buffer, Layout.Image image) {
            Layout.Image compact = Layout.Image.compact(image.height(), image.width(), image.channels());
            return new OfImage(
                    buffer, CopyOperations.Runs.between(image, compact), CopyOperations.Runs.between(compact, image));
        }

        @Override
        public void gather(Cursor at, int sample, float[] to) {
            out.copy(buffer.array(at), buffer.offset(at) + sample * buffer.stride(), to, 0);
        }

        @Override
        public void spread(float[] from, Cursor at, int sample) {
            in.copy(from, 0, buffer.array(at), buffer.offset(at) + sample * buffer.stride());
        }
    }

    /** Of steps in panels. */
    record OfSteps(Buffer buffer, Layout.Steps layout) implements SampleCopy {
        @Override
        public void gather(Cursor at, int sample, float[] to) {
            for (int t = 0; t < layout.steps(); t++) {
                int place = t * layout.features();
                SequenceOperations.get(buffer.array(at), buffer.offset(at), layout, t, sample, at.samples, to, place);
            }
        }

        @Override
        public void spread(float[] from, Cursor at, int sample) {
            for (int t = 0; t < layout.steps(); t++) {
                int place = t * layout.features();
                SequenceOperations.put(from, place, buffer.array(at), buffer.offset(at), layout, t, sample, at.samples);
            }
        }
    }
}
