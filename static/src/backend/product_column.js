import { saleOrderLineProductField } from "@sale/js/sale_product_field";

// The column of products gives way first, so that the amount of a line is seen at 1400 pixels.
saleOrderLineProductField.listViewWidth = [150, 400];
