// Run by the service `mongo-init` without a connection of its own, so that no password stands in its arguments; running it again changes nothing.
const hosts = ["mongo-1:27017", "mongo-2:27017", "mongo-3:27017"];
const login = `root:${process.env.MONGO_ROOT_PASSWORD}`;
const tls = "tls=true&tlsCAFile=/tonghop/ca/ca.crt";
const set = `mongodb://${login}@${hosts.join(",")}/admin?replicaSet=rs0&${tls}`;

// Through the set, once there is one: its primary need not be mongo-1. The first time mongo-1 alone is told who belongs to it.
// In plain statements: mongosh waits for `connect` in a function that is called within `try` too late to catch what it throws.
let admin = null;
try {
  admin = connect(`${set}&serverSelectionTimeoutMS=5000`);
} catch (notYet) {
  const first = connect(`mongodb://${login}@${hosts[0]}/admin?directConnection=true&${tls}`);
  try {
    first.adminCommand({ replSetInitiate: { _id: "rs0", members: hosts.map((host, _id) => ({ _id, host })) } });
  } catch (failure) {
    if (failure.codeName !== "AlreadyInitialized") throw failure; // it only lacks a primary now
  }
  admin = connect(`${set}&serverSelectionTimeoutMS=60000`);
}

// A role for each entry of rights.json, and a user with that name and role.
const database = admin.getSiblingDB(process.env.TONGHOP_DATABASE);
const rights = JSON.parse(require("fs").readFileSync("/tonghop/rights.json", "utf8"));
for (const [name, collections] of Object.entries(rights)) {
  const password = process.env[`MONGO_${name.toUpperCase()}_PASSWORD`];
  if (!password) throw new Error(`MONGO_${name.toUpperCase()}_PASSWORD is empty`);
  const privileges = Object.entries(collections).map(([collection, actions]) => ({ resource: { db: database.getName(), collection }, actions }));
  if (database.getRole(name) === null) {
    database.createRole({ role: name, privileges, roles: [] });
  } else {
    database.updateRole(name, { privileges, roles: [] });
  }
  const user = { pwd: password, roles: [{ role: name, db: database.getName() }] };
  if (database.getUser(name) === null) {
    database.createUser({ user: name, ...user });
  } else {
    database.updateUser(name, user);
  }
}

// The user of earlier versions, which might do everything.
if (database.getUser("tonghop") !== null) database.dropUser("tonghop");
