// Sends a report with the types that openapi-typescript makes of the contract, and reads its receipt.
import createClient from "openapi-fetch";
import type { components, paths } from "./ingest.js";

type Event = components["schemas"]["Event"];
declare const process: { argv: string[]; env: { TONGHOP_KEY: string } };

const event: components["schemas"]["ReportSubmittedEvent"] = {
  specversion: "1.0",
  id: "typescript-0001",
  source: "/units/06253-2025",
  type: "vn.tonghop.report.submitted.v1",
  data: {
    regime: "ct27-van-quan",
    period: "2026",
    unit: "06253",
    revision: 1,
    values: { gd_ngay_cong: 340, gd_tien_tai_tro: "125.5", vh_nha_van_hoa_thon: { numerator: 9, denominator: 11 } },
    narratives: { kho_khan: "Thiếu kinh phí." },
  },
};

// The body's type is real: each of these is an error of the compiler.
// @ts-expect-error: a revision is a number
const text: Event = { ...event, data: { ...event.data, revision: "1" } };
// @ts-expect-error: a type that does not exist
const unknown: Event = { ...event, type: "vn.tonghop.report.burnt.v1" };
// @ts-expect-error: a withdrawal has no figures
const withdrawn: Event = { ...event, type: "vn.tonghop.report.withdrawn.v1", data: { ...event.data } as { values: object } };
void [text, unknown, withdrawn];

const authorization = { authorization: `Bearer ${process.env.TONGHOP_KEY}` };
const client = createClient<paths>({ baseUrl: process.argv[2], headers: authorization });
const headers = { "content-type": "application/cloudevents+json" };

for (const body of [event, event, { ...event, id: "typescript-0002", source: "/units/06280-2025" }]) {
  const { data, error, response } = await client.POST("/v1/reports", { body, headers });
  console.log(response.status, data?.verdict ?? error?.code);
}
const { data } = await client.GET("/v1/receipts/{unit}/{event_id}", { params: { path: { unit: "06253-2025", event_id: event.id } } });
console.log("receipt", data?.verdict, data?.event_id);
