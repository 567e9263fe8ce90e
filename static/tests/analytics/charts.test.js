import { expect, test } from "@odoo/hoot";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { savePicture } from "@sale_recurring/analytics/dashboard/charts";

test("a saved chart can be read on any ground", async () => {
    const saved = [];
    patchWithCleanup(HTMLAnchorElement.prototype, {
        click() {
            saved.push(this);
        },
    });
    const chart = document.createElement("canvas");
    Object.assign(chart, { width: 4, height: 4 });
    const drawn = chart.getContext("2d");
    drawn.fillStyle = "rgb(10, 20, 30)";
    drawn.fillRect(0, 0, 1, 1);
    savePicture(chart, "growth");
    expect(saved.map((link) => link.download)).toEqual(["growth.png"]);

    const image = document.createElement("img");
    image.src = saved[0].href;
    await image.decode();
    const seen = document.createElement("canvas").getContext("2d");
    seen.drawImage(image, 0, 0);
    expect([...seen.getImageData(0, 0, 1, 1).data]).toEqual([10, 20, 30, 255]);
    expect([...seen.getImageData(3, 3, 1, 1).data]).toEqual([255, 255, 255, 255]);
});
