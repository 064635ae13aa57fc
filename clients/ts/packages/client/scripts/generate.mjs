// Writes the types of contract/openapi.yaml. The code of steps.json and errors.json is written by the
// repository's scripts/generate.py.
import { writeFile } from 'node:fs/promises';

import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../../../../../contract/openapi.yaml', import.meta.url);
const target = new URL('../src/generated/openapi.ts', import.meta.url);

/** What src/generated/openapi.ts should hold. */
export async function openapiTypes() {
  const notice = '// Generated from contract/openapi.yaml by `npm run generate`. Do not edit.\n\n';
  return notice + astToString(await openapiTS(source, { defaultNonNullable: false }));
}

if (process.argv[1] === new URL(import.meta.url).pathname) await writeFile(target, await openapiTypes());
