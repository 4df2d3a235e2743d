"""What interop/run has checked, and how far apart the two sides were."""

import os
import traceback


class Report:
    """What was checked, how far apart the two sides were at most, and what failed."""

    def __init__(self):
        self.rows = {}
        self.failures = []

    def check(self, case, what, difference, limit):
        self._count(what, case.kind, [1, difference, case.name, limit])
        if not difference <= limit:
            self.failures.append(f"{case.name}: {what} differs by {difference:.1e}, at most {limit:.0e} is rounding")

    def add(self, other):
        """What another process has checked."""
        for (what, kind), row in other.rows.items():
            self._count(what, kind, row)
        self.failures += other.failures

    def _count(self, what, kind, found):
        row = self.rows.setdefault((what, kind), [0, -1.0, "", found[3]])
        row[0] += found[0]
        # NaN must not pass.
        if not found[1] <= row[1]:
            row[1:3] = found[1:3]

    def errors(self, case, what):
        return Errors(self, case, what)

    def show(self):
        print(f"\n{'what':<60}{'models':<9}{'checks':>7}  {'largest':<9}{'limit':<8}in")
        for (what, kind), (count, largest, name, limit) in self.rows.items():
            print(f"{what:<60}{kind:<9}{count:>7}  {largest:<9.1e}{limit:<8.0e}{name}")
        for failure in self.failures:
            print("FAILED", failure)
        checks = sum(row[0] for row in self.rows.values())
        print(f"\n{checks} checks, {len(self.failures)} failed")
        return 1 if self.failures or not checks else 0


class Errors:
    """Turns an exception into a failure of its case, so that the others are checked all the same."""

    def __init__(self, report, case, what):
        self.report, self.case, self.what = report, case, what

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, Exception):
            last = str(error).strip().splitlines() or [""]
            self.report.failures.append(f"{self.case.name}: {self.what}: {kind.__name__}: {last[0]}")
            if os.environ.get("INTEROP_TRACES"):
                traceback.print_exc()
            return True
        return False
