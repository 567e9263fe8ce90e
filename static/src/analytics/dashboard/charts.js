import { getColor } from "@web/core/colors/colors";
import { user } from "@web/core/user";

const GOOD = "#1a7f5a";
const BAD = "#b3364a";
const NEUTRAL = "#6b7280";

function getOptions(label) {
    return {
        locale: user.lang,
        maintainAspectRatio: false,
        animation: false,
        plugins: { legend: { display: false }, tooltip: { callbacks: { label } } },
        scales: { x: { grid: { display: false } }, y: { ticks: { maxTicksLimit: 6 } } },
    };
}

/**
 * Draw months as a line.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {{ label: string, value: number|null, text: string }[]} months
 * @returns {Chart}
 */
export function drawLine(canvas, months) {
    const color = getColor(1, "light");
    return new Chart(canvas, {
        type: "line",
        data: {
            labels: months.map((month) => month.label),
            datasets: [
                {
                    data: months.map((month) => month.value),
                    borderColor: color,
                    backgroundColor: `${color}22`,
                    fill: true,
                    spanGaps: true,
                    tension: 0.25,
                    pointRadius: 2,
                },
            ],
        },
        options: getOptions((item) => months[item.dataIndex].text),
    });
}

/**
 * Draw the way from one total to another, step by step.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {{ label: string, value: number, kind: string, text: string }[]} bars
 * @returns {Chart}
 */
export function drawWaterfall(canvas, bars) {
    let level = 0;
    const spans = bars.map((bar) => {
        const from = bar.kind === "total" ? 0 : level;
        level = bar.kind === "total" ? bar.value : level + bar.value;
        return [from, level];
    });
    const colors = bars.map((bar) => (bar.kind === "total" ? NEUTRAL : bar.value < 0 ? BAD : GOOD));
    const levels = spans.slice(0, -1).flatMap(([from, to]) => [from || to, to]);
    const options = getOptions((item) => bars[item.dataIndex].text);
    // The way is what matters: from zero on, its steps would be too small to be seen.
    const [low, high] = [Math.min(...levels), Math.max(...levels)];
    const step = 10 ** Math.floor(Math.log10(high - low || 1));
    options.scales.y.min = Math.max(0, Math.floor((2 * low - high) / step) * step);
    return new Chart(canvas, {
        type: "bar",
        data: { labels: bars.map((bar) => bar.label), datasets: [{ data: spans, backgroundColor: colors }] },
        options,
    });
}

/**
 * Return months as the points of a line in a box of 100 x 24.
 *
 * @param {{ value: number|null }[]} series
 * @returns {string} empty where there is no line to draw
 */
export function getSparkline(series) {
    const known = series.filter((month) => month.value !== null).map((month) => month.value);
    if (known.length < 2) {
        return "";
    }
    const low = Math.min(...known);
    const span = Math.max(...known) - low || 1;
    return series
        .map(({ value }, number) => [number, value])
        .filter(([, value]) => value !== null)
        .map(([number, value]) => {
            const left = (100 * number) / (series.length - 1);
            return `${left.toFixed(1)},${(22 - (20 * (value - low)) / span).toFixed(1)}`;
        })
        .join(" ");
}

/**
 * Let the browser save a chart as a PNG picture, on paper: dark words on nothing cannot be read where
 * it is shown on a dark ground.
 *
 * @param {HTMLCanvasElement} canvas what it is drawn on
 * @param {string} name of the file, without its ending
 */
export function savePicture(canvas, name) {
    const picture = document.createElement("canvas");
    Object.assign(picture, { width: canvas.width, height: canvas.height });
    const context = picture.getContext("2d");
    context.fillStyle = "white";
    context.fillRect(0, 0, picture.width, picture.height);
    context.drawImage(canvas, 0, 0);
    const link = document.createElement("a");
    link.download = `${name}.png`;
    link.href = picture.toDataURL("image/png");
    link.click();
}
