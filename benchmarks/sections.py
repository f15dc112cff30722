"""What is measured of a session, part by part, each figure next to an alternative from the same run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.measure import Cost, Spread, run, run_job
from benchmarks.tables import Section, Table, Target

LEAST_SPEED = 20
MOST_MB = 300
MOST_MB_BESIDE_MODEL = 100

_COMMAND = str(Path(sys.executable).with_name("voiceguide"))


@dataclass(frozen=True)
class Setting:
    """A routine, who speaks and who hears."""

    routine: str
    voice: str
    engine: str

    @property
    def text(self) -> str:
        """For tables."""
        return f"{self.routine}, {self.engine}, {self.voice}"

    @property
    def path(self) -> str:
        """The routine's file: a user's own routine of the same name must not be measured."""
        return f"routines/{self.routine}.yaml"

    def arguments(self) -> dict[str, str]:
        """For a job."""
        return {"routine": self.path, "voice": self.voice, "engine": self.engine}


MAIN = Setting("psoas-release", "pyttsx3", "moonshine")
KOREAN = Setting("constructive-rest-ko", "pyttsx3", "vosk")
SETTINGS = (
    MAIN,
    Setting("psoas-release", "hibari", "moonshine"),
    Setting("psoas-release", "pyttsx3", "vosk"),
    Setting("constructive-rest", "pyttsx3", "moonshine"),
    KOREAN,
)


def measure_start(runs: int) -> Section:
    """From the start of the process to the first sound of the first word."""
    table = Table(
        "Start to first spoken word (seconds)",
        "Wall time from the creation of the process to the first speaker sample above -60 dBFS, by the way "
        "`voiceguide run` takes: imports, recogniser and voice loaded, everything rendered that the session may "
        "say, session begun. Cold: nothing in the speech cache; warm: all of it. The program's own files were in "
        "the system's page cache. Median (least - most).",
        ["routine, engine, voice", "cache", "imports", "engines", "speech", "first word", "CPU"],
    )
    data = []
    for setting in SETTINGS:
        for temperature in ("cold", "warm"):
            with _cache() as folder:
                costs, reports = [], []
                for _ in range(runs + (temperature == "warm")):
                    with _cache() as empty:
                        cache = empty if temperature == "cold" else folder
                        cost, report = run_job("start", setting.arguments(), cache=cache)
                    if "skipped" in report:
                        break
                    costs.append(cost)
                    reports.append(report)
            if not reports:
                table.add(f"{setting.text}: {why(report)}")
                data.append({**asdict(setting), "skipped": report["skipped"]})
                break
            # The first warm run has filled the cache.
            pairs = list(zip(costs, reports, strict=True))[-runs:]
            stages = {
                "imports": Spread.of([report["imported"] - cost.began for cost, report in pairs]),
                "engines": Spread.of([report["loaded"] - report["imported"] for _, report in pairs]),
                "speech": Spread.of([report["rendered"] - report["loaded"] for _, report in pairs]),
                "first_word": Spread.of([report["first_sound"] - cost.began for cost, report in pairs]),
                "cpu": Spread.of([cost.cpu_s for cost, _ in pairs]),
            }
            table.add(setting.text, temperature, *(spread.text() for spread in stages.values()))
            data.append({**asdict(setting), "cache": temperature, **_plain(stages)})
    return Section([table], {"runs": runs, "start": data})


def measure_render(runs: int) -> Section:
    """Rendering all of psoas-release."""
    table = Table(
        "Rendering all of psoas-release",
        "Every line the routine and its commands may need, from text to trimmed and levelled samples in memory, "
        "written to the speech cache (cold) or read from it (warm). CPU includes espeak-ng's child process, with "
        "its start. Median (least - most).",
        ["voice", "cache", "lines", "speech", "wall s", "CPU s", "times real time"],
    )
    data = []
    for voice in ("pyttsx3", "hibari"):
        for temperature in ("cold", "warm"):
            with _cache() as folder:
                reports: list[dict[str, Any]] = []
                for _ in range(runs + (temperature == "warm")):
                    with _cache() as empty:
                        cache = empty if temperature == "cold" else folder
                        _, report = run_job("render", {"routine": MAIN.path, "voice": voice}, cache=cache)
                    reports.append(report)
            if "skipped" in report:
                table.add(f"{voice}: {why(report)}")
                data.append({"voice": voice, "skipped": report["skipped"]})
                break
            reports = reports[-runs:]
            speech_s = report["speech_s"]
            spreads = {
                "wall_s": Spread.of([one["wall_s"] for one in reports]),
                "cpu_s": Spread.of([one["cpu_s"] + one["child_cpu_s"] for one in reports]),
                "speed": Spread.of([speech_s / one["wall_s"] for one in reports]),
            }
            wall, cpu, speed = spreads.values()
            minutes = f"{speech_s / 60:.1f} min"
            lines = str(report["utterances"])
            table.add(voice, temperature, lines, minutes, wall.text(), cpu.text(), speed.text(0))
            about = {"voice": voice, "cache": temperature, "lines": report["utterances"], "speech_s": speech_s}
            data.append({**about, **_plain(spreads)})
    return Section([table], {"runs": runs, "render": data})


def measure_sessions(runs: int) -> Section:
    """Whole sessions on files: speed, CPU and memory; and the cues within them."""
    table = Table(
        "Whole sessions on files, on one core",
        "`voiceguide run ROUTINE --mic FILE --speaker FILE --events FILE` for somebody who says “start” "
        "and “ready” whenever asked and never interrupts, in a quiet room (noise at -66 dBFS); the whole "
        "command, from its start to its end, confined to one core, child process included, cache warm. "
        "“nobody listens” is `voiceguide render`: the same loop and session without a recogniser. Times "
        "real time by CPU is what an otherwise idle core would reach. Memory is the sum of the largest "
        "resident sets (VmHWM) of parent and child, an upper bound, over all runs and one more with a cold"
        " cache. Median (least - most).",
        [
            "routine, engine, voice",
            "session",
            "wall s",
            "x real time",
            "x by CPU",
            "CPU",
            "peak MB cold",
            "peak MB warm",
        ],
    )
    cues = Table(
        "Cue placement (samples at 16 kHz)",
        "All cues of one of these sessions: from where the cue was due to where its utterance was reported"
        " to start, and to where its rendered samples were found in the speaker's file, bit by bit. For "
        "comparison: where they would be if speech could only begin with a 10 ms block.",
        ["routine, engine, voice", "cues", "reported: worst", "in the sound: worst", "on whole blocks: worst"],
    )
    data, targets = [], []
    for setting in SETTINGS:
        found = _sessions(setting, runs)
        data.append({**asdict(setting), **found})
        if "skipped" in found:
            table.add(f"{setting.text}: {why(found)}")
            continue
        _add_session(table, setting.text, found)
        placed = found["cues"]
        worst = [str(placed[how]["worst"]) for how in ("reported", "heard", "on_whole_blocks")]
        cues.add(setting.text, str(placed["heard"]["cues"]), *worst)
        if setting == MAIN:
            speed, peak = found["speed"]["least"], max(found["cold_mb"], found["warm_mb"])
            what = "file-driven session, Moonshine, one core"
            targets.append(Target(what, f">= {LEAST_SPEED} x", f"{speed:.1f} x", speed >= LEAST_SPEED))
            what = "peak memory, Moonshine and pyttsx3"
            targets.append(Target(what, f"<= {MOST_MB} MB", f"{peak:.0f} MB", peak <= MOST_MB))
        if setting == KOREAN:
            targets += _model_target(max(found["cold_mb"], found["warm_mb"]), data)
    alone = _rendition(runs)
    data.append(alone)
    _add_session(table, f"{MAIN.routine}, nobody listens, {MAIN.voice}", alone)
    measured = [found["cues"] for found in data if "cues" in found]
    off = max(placed[how]["worst"] for placed in measured for how in ("reported", "heard"))
    targets.insert(0, Target("cue placement error", "0 samples", f"{off} samples", off == 0))
    return Section([table, cues], {"runs": runs, "sessions": data}, targets)


def measure_hearing() -> Section:
    """What listening alone costs."""
    table = Table(
        "Hearing alone",
        "CPU per second of sound (one core), and CPU time of single 10 ms blocks. Talk: the guide's own "
        "sentences in another voice with a quarter of a second between them, much more than a session ever"
        " brings. Moonshine hears English and Vosk Korean, so the words differ.",
        ["engine, language", "seconds", "quiet: CPU", "talk: CPU", "talk: 99% of blocks", "talk: worst block"],
    )
    data = []
    for engine, language in (("moonshine", "en"), ("vosk", "en"), ("vosk", "ko")):
        with _cache() as cache:
            _, report = run_job("hear", {"language": language, "engine": engine}, cache=cache)
        data.append({"engine": engine, "language": language, **report})
        if "skipped" in report:
            table.add(f"{engine}, {language}: {why(report)}")
            continue
        talk = report["talk"]
        table.add(
            f"{engine}, {language}",
            f"{report['seconds']:.0f}",
            f"{report['quiet']['cpu']:.2%}",
            f"{talk['cpu']:.1%}",
            f"{talk['block_p99_ms']:.1f} ms",
            f"{talk['block_worst_ms']:.0f} ms",
        )
    return Section([table], {"hearing": data})


def _sessions(setting: Setting, runs: int) -> dict[str, Any]:
    with TemporaryDirectory() as place, _cache() as cache:
        folder = Path(place)
        microphone, speaker, events = folder / "user.wav", folder / "session.wav", folder / "events.jsonl"
        _, rehearsal = run_job("rehearse", {**setting.arguments(), "microphone": str(microphone)}, cache=cache)
        if "skipped" in rehearsal:
            return rehearsal
        files = ["--mic", str(microphone), "--speaker", str(speaker), "--events", str(events)]
        choices = ["--voice", setting.voice, "--engine", setting.engine, "--no-introduce"]
        command = [_COMMAND, "run", setting.path, *files, *choices]
        with _cache() as empty:
            cold, _ = run(command, cache=empty, one_core=True)
        costs = [run(command, cache=cache, one_core=True)[0] for _ in range(runs)]
        entries = [json.loads(line) for line in events.read_text(encoding="utf-8").splitlines()]
        ended = next((entry["how"] for entry in entries if entry["kind"] == "finished"), "not at all")
        if ended != "completed":
            return {"skipped": f"the session ended {ended} after {entries[-1]['time_s']:.0f} s"}
        language = "ko" if setting.routine.endswith("-ko") else "en"
        where = {"language": language, "voice": setting.voice, "events": str(events), "speaker": str(speaker)}
        _, placed = run_job("cues", where, cache=cache)
        return {**_session_figures(entries[-1]["time_s"], costs, cold), "cues": placed, "said": rehearsal["said"]}


def _rendition(runs: int) -> dict[str, Any]:
    with TemporaryDirectory() as place, _cache() as cache, _cache() as empty:
        sound = Path(place, "session.wav")
        command = [_COMMAND, "render", MAIN.path, "-o", str(sound), "--voice", MAIN.voice, "--ready-after", "0.8"]
        cold, _ = run(command, cache=empty, one_core=True)
        run(command, cache=cache)
        costs = [run(command, cache=cache, one_core=True)[0] for _ in range(runs)]
        length_s = (sound.stat().st_size - 44) / 2 / 16_000
    return {
        "routine": MAIN.routine,
        "voice": MAIN.voice,
        "engine": None,
        **_session_figures(length_s, costs, cold),
    }


def _session_figures(length_s: float, costs: list[Cost], cold: Cost) -> dict[str, Any]:
    spreads = {
        "wall_s": Spread.of([cost.wall_s for cost in costs]),
        "speed": Spread.of([length_s / cost.wall_s for cost in costs]),
        "speed_by_cpu": Spread.of([length_s / cost.cpu_s for cost in costs]),
        "cpu": Spread.of([cost.cpu_s / length_s for cost in costs]),
    }
    largest = max(costs, key=lambda cost: cost.peak_mb)
    return {
        "session_s": length_s,
        **_plain(spreads),
        "cold_mb": cold.peak_mb,
        "warm_mb": largest.peak_mb,
        "cold_processes_mb": cold.peaks_mb,
        "warm_processes_mb": largest.peaks_mb,
    }


def _add_session(table: Table, name: str, found: dict[str, Any]) -> None:
    wall, speed, by_cpu, cpu = (Spread(**found[key]) for key in ("wall_s", "speed", "speed_by_cpu", "cpu"))
    table.add(
        name,
        f"{found['session_s'] / 60:.1f} min",
        wall.text(1),
        speed.text(0),
        by_cpu.text(0),
        f"{cpu.scaled(100).text()} %",
        _peaks(found["cold_mb"], found["cold_processes_mb"]),
        _peaks(found["warm_mb"], found["warm_processes_mb"]),
    )


def _peaks(total: float, processes: list[float]) -> str:
    return f"{total:.0f} ({' + '.join(f'{one:.0f}' for one in processes)})"


def _model_target(peak_mb: float, data: list[dict[str, Any]]) -> list[Target]:
    with _cache() as cache:
        _, model = run_job("model", {"language": "ko"}, cache=cache)
    data.append({"model": model})
    most = model["mb"] + MOST_MB_BESIDE_MODEL
    what = "peak memory, Vosk (Korean) and pyttsx3"
    wanted = f"<= {model['mb']:.0f} MB (the model, loaded alone) + {MOST_MB_BESIDE_MODEL} MB"
    return [Target(what, wanted, f"{peak_mb:.0f} MB", peak_mb <= most)]


@contextmanager
def _cache() -> Iterator[Path]:
    with TemporaryDirectory(prefix="voiceguide-bench-") as folder:
        yield Path(folder)


def why(report: dict[str, Any]) -> str:
    """Return in a line why something could not be measured."""
    return "skipped: " + str(report["skipped"]).splitlines()[0]


def _plain(spreads: dict[str, Spread]) -> dict[str, Any]:
    return {name: asdict(spread) for name, spread in spreads.items()}
