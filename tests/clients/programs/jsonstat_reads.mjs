// jsonstat-toolkit on an address of JSON-stat: prints for each cell its codes, value and status.
import { createRequire } from "node:module";

const JSONstat = createRequire(`${process.env.SAFELANE_NODE}/`)("jsonstat-toolkit");
const answer = await fetch(process.argv[2]);
const dataset = JSONstat(await answer.json());
const rows = dataset.toTable({ type: "arrobj", content: "id", field: "id", status: true });
console.log(JSON.stringify(rows));
