"""What our side must compute of the files that Keras has written. Needs no Keras: other processes than this one have it."""

from differences import GRADIENT_LIMIT, OUTPUT_LIMIT, floats, moments_error, relative, weights_error

KERAS_FILES = ["keras", "h5"]


class Answer:
    """Keras's outputs before a step of training and after it; Adam's moments and weights after one step and after two."""

    def __init__(self, case, sizes):
        self.name, self.kind, self.sizes = case.name, case.kind, sizes
        self.place = case.place / "from-keras"
        self.outputs, self.moments, self.weights = [], [], []
        self.several = []
        self.has_keras2 = False

    def check(self, report):
        if self.has_keras2:
            self.check_file(report, "keras2.h5", 0)
        for extension in KERAS_FILES:
            self.check_file(report, f"model.{extension}", 0)
            if self.moments:
                self.check_file(report, f"stepped.{extension}", 1)

            if self.several:
                self.check_several(report, f"several.{extension}")

    def check_several(self, report, file):
        with report.errors(self, f"Keras's {file} read by our side"):
            self.raise_error_of_our_side(file)
            for k, output in enumerate(self.several):
                found = floats(self.place / f"{file}-{k}.f32")
                report.check(self, f"Keras's in ours: each output of {file}", relative(output, found), OUTPUT_LIMIT)

    def raise_error_of_our_side(self, file):
        error = self.place / f"{file}.error.txt"
        if error.exists():
            raise ValueError(error.read_text())

    def check_file(self, report, file, step):
        with report.errors(self, f"Keras's {file} read by our side"):
            self.raise_error_of_our_side(file)
            found = floats(self.place / f"{file}.output.f32")
            report.check(self, f"Keras's in ours: {file}", relative(self.outputs[step], found), OUTPUT_LIMIT)
            if self.moments:
                found = floats(self.place / f"{file}.moments.f32")
                what = f"Keras's in ours: {'next step' if step else 'gradients'}, {file}"
                report.check(self, what, moments_error(self.moments[step], found, self.sizes), GRADIENT_LIMIT)
                found = floats(self.place / f"{file}.weights.f32")
                difference = weights_error(self.weights[step], found, self.moments[step], self.sizes)
                report.check(self, f"{what}: weights", difference, OUTPUT_LIMIT)


class TrainedAnswer:
    """A small model that Keras trained some steps by an optimizer and saved: our side must go on as Keras did."""

    kind = "optimizer"

    def __init__(self, file):
        """@param file a loss and an optimizer, as our side wrote them"""
        self.folder = file.parent
        self.number = file.stem.split("-")[1]
        self.loss, self.optimizer = file.read_text().split(" ")
        self.name = f"{self.loss} {self.optimizer}"
        self.expected = None

    def check(self, report):
        for extension in KERAS_FILES:
            with report.errors(self, "Keras's optimizer read by our side"):
                found = floats(self.folder / f"theirs-{self.number}.{extension}.after.f32")
                difference = relative(self.expected, found)
                report.check(self, f"Keras's optimizer goes on in ours: .{extension}", difference, OUTPUT_LIMIT)
