// Prints what chokidar tells of the current directory, a JSON array of kind and path a line; first "ready".
// Its argument is where chokidar's module is.
const { watch } = await import(process.argv[2]);

const say = (...words) => console.log(JSON.stringify(words));
watch(".", { ignoreInitial: true }).on("all", say).on("ready", () => say("ready", ""));
