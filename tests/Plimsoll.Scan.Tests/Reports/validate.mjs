// Validates files against public schemas: node validate.mjs MODULES SCHEMA FILE...
// SCHEMA is `cyclonedx`, `cyclonedx-schema` (without cdxgen's own rules), or the path of a JSON Schema 2020-12. One line for each failure; `checked N` at the end.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, schema, ...files] = process.argv.slice(2);
const require = createRequire(join(modules, "/"));
const checks = schema === "cyclonedx" ? [official(), await cdxgen()] : schema === "cyclonedx-schema" ? [official()] : [jsonSchema(schema)];
for (const file of files)
  for (const check of checks) {
    const failure = await check(readFileSync(file, "utf8"));
    if (failure) console.log(`${file}: ${failure}`);
  }
console.log(`checked ${files.length}`);

function official() {
  const { Spec, Validation } = require("@cyclonedx/cyclonedx-library");
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  return async (text) => {
    const errors = await validator.validate(text);
    return errors && `official schema: ${JSON.stringify(errors).slice(0, 600)}`;
  };
}

async function cdxgen() {
  const path = join(modules, "@cyclonedx/cdxgen/lib/validator/bomValidator.js");
  const { validateBom } = await import(pathToFileURL(path));
  return async (text) => validateBom(JSON.parse(text)) ? null : "cdxgen: see above";
}

function jsonSchema(path) {
  const { Ajv2020 } = require("ajv/dist/2020.js");
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, strict: true, strictRequired: false });
  require("ajv-formats")(ajv);
  const validate = ajv.compile(JSON.parse(readFileSync(path, "utf8")));
  return async (text) => validate(JSON.parse(text)) ? null : ajv.errorsText(validate.errors).slice(0, 600);
}
