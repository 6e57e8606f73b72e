"""Takes the pictures of docs/pictures/ anew, of what `dutyrules demo` makes; by hand, when something looks otherwise.

    pip install pillow
    dutyrules demo haitang-en --lang en
    dutyrules demo haitang-zh --lang zh-Hans
    python docs/pictures.py haitang-en en
    python docs/pictures.py haitang-zh zh-Hans

It needs LibreOffice (soffice), poppler (pdftoppm), Chromium and a font with Chinese characters. Nobody in the pictures
exists.
"""

import argparse
import re
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageChops, ImageOps

PICTURES = Path(__file__).parent / "pictures"
MONTH = "2026-10"
#: The pages of the printed workbook that are shown: the ranking, and the sheet of one butler.
PAGES = {"ranking": 1, "sheet": 2}
WIDTH, COLOURS, MARGIN = 1100, 64, 16


def main() -> None:
    """Takes every picture."""
    parser = argparse.ArgumentParser(description="Takes the pictures of the documentation.")
    parser.add_argument("demo", type=Path, help="the folder of a demo")
    parser.add_argument("language", choices=("en", "zh-Hans"), help="its language")
    wanted = parser.parse_args()
    home: Path = wanted.demo.resolve()
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        shots = {
            **printed(home / f"{MONTH}.xlsx", scratch),
            "report": page(home / f"{MONTH}.html", scratch / "report.png", 1150),
            "plan": page(of_one_person(home / "visits" / "plan.html", scratch), scratch / "plan.png", 1053),
        }
        for what, shot in shots.items():
            small(shot, PICTURES / f"{what}.{wanted.language}.png")


def printed(workbook: Path, scratch: Path) -> dict[str, Path]:
    """Pages of a workbook as they are printed."""
    run("soffice", "--headless", "--convert-to", "pdf", "--outdir", str(scratch), str(workbook))
    for what, number in PAGES.items():
        pages = ("-f", str(number), "-l", str(number))
        run("pdftoppm", "-r", "110", *pages, "-singlefile", "-png", str(scratch / f"{MONTH}.pdf"), str(scratch / what))
    return {what: without_foot(scratch / f"{what}.png") for what in PAGES}


def without_foot(shot: Path) -> Path:
    """A printed page without its number, below which there is nothing."""
    with Image.open(shot) as whole:
        whole.crop((0, 0, whole.width, whole.height * 23 // 25)).save(shot)
    return shot


def of_one_person(html: Path, scratch: Path) -> Path:
    """A copy of a plan's page that begins with the first person: what stands above it is hidden."""
    hidden = "<style>header, main > section:not(.person) { display: none } main { margin: 0 }</style>"
    copy = scratch / "plan.html"
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html.read_text("utf-8"))  # lets no style in
    copy.write_text(text.replace("</head>", f"{hidden}</head>"), "utf-8")
    return copy


def page(html: Path, shot: Path, height: int) -> Path:
    """The top of a page as a browser shows it."""
    size = f"--window-size={WIDTH + 100},{height}"
    run("chromium", "--headless", "--no-sandbox", "--hide-scrollbars", size, f"--screenshot={shot}", html.as_uri())
    return shot


def small(shot: Path, target: Path) -> None:
    """A picture with few colours and without an empty margin."""
    with Image.open(shot) as whole:
        picture = whole.convert("RGB")
    picture = picture.crop(ImageChops.difference(picture, Image.new("RGB", picture.size, "white")).getbbox())
    picture = ImageOps.expand(picture, MARGIN, "white")
    picture.thumbnail((WIDTH, 2 * WIDTH))
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)
    print(f"{target.name}: {picture.width} × {picture.height}, {target.stat().st_size // 1024} KB")


def run(*command: str) -> None:
    """Runs a program; what it says is shown only where it fails."""
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main()
