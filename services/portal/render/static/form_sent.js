// The page of a receipt: the report was sent, so no copy of what was typed stays in this browser.

import { removeCopies } from "./form/local.js";

removeCopies(location.pathname.split("/bien-nhan/")[0]);
