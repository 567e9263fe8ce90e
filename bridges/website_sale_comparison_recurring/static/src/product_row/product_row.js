import { patch } from "@web/core/utils/patch";
import { ProductRow } from "@website_sale_comparison/js/product_row/product_row";

/** Takes the period that the price of a row is of. */
patch(ProductRow, {
    props: { ...ProductRow.props, per_text: { type: String, optional: true } },
});
