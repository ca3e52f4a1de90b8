// Surrounds the user's code in a fresh instance. Its value is a text, JSON of what became of it.
(function (parts, given, seeds, longest) {
  const { parse, stringify } = JSON;
  const evaluate = eval; // by another name it sees what is global, and nothing of ours
  const text = String;

  function chance(a, b, c, d) {
    // sfc32: the same numbers for the same seeds
    function bits() {
      const sum = (a + b + d) | 0;
      d = (d + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = ((c << 21) | (c >>> 11)) + sum;
      return sum >>> 0;
    }
    for (let round = 0; round < 12; round++) bits();
    return function random() {
      return ((bits() >>> 5) * 67108864 + (bits() >>> 6)) / 9007199254740992;
    };
  }

  function failed(reason, fault) {
    let detail, line;
    try {
      const of = fault instanceof Error ? fault.stack : "";
      const at = /<input>:(\d+):(\d+)/.exec(of);
      // the engine says 1:1, where no code of the user's is, for what it has not marked
      if (at && (reason === "syntax" || at[1] + at[2] !== "11")) line = +at[1];
      detail = fault instanceof Error ? fault.name + ": " + fault.message : text(fault);
    } catch {
      detail = "something that cannot be shown";
    }
    if (fault instanceof InternalError && fault.message === "out of memory") reason = "memory";
    return stringify({ failed: reason, detail: text(detail).slice(0, 300), line });
  }

  Math.random = chance(...seeds);
  let functions, answer, told;
  try {
    functions = parts.map((part) => evaluate(part));
  } catch (fault) {
    return failed("syntax", fault);
  }
  if (given === null) return '{"value":null}';
  try {
    answer = functions[0](...parse(given));
  } catch (fault) {
    return failed("threw", fault);
  }
  try {
    if (answer && typeof answer.then === "function")
      return failed("result", "it gave a promise: nothing here can be waited for");
    told = stringify(answer);
  } catch (fault) {
    return failed("result", fault);
  }
  if (told === undefined) told = "null";
  if (told.length > longest) return failed("size", "it gave more than " + longest + " bytes");
  return '{"value":' + told + "}";
});
