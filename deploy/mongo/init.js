// Run by the service `mongo-init` without a connection of its own, so that no password stands in its arguments; running it again changes nothing.
const hosts = ["mongo-1:27017", "mongo-2:27017", "mongo-3:27017"];
const login = `root:${process.env.MONGO_ROOT_PASSWORD}`;
const set = `mongodb://${login}@${hosts.join(",")}/admin?replicaSet=rs0`;

// Through the set, once there is one: its primary need not be mongo-1. The first time mongo-1 alone is told who belongs to it.
// In plain statements: mongosh waits for `connect` in a function that is called within `try` too late to catch what it throws.
let admin = null;
try {
  admin = connect(`${set}&serverSelectionTimeoutMS=5000`);
} catch (notYet) {
  const first = connect(`mongodb://${login}@${hosts[0]}/admin?directConnection=true`);
  try {
    first.adminCommand({ replSetInitiate: { _id: "rs0", members: hosts.map((host, _id) => ({ _id, host })) } });
  } catch (failure) {
    if (failure.codeName !== "AlreadyInitialized") throw failure; // it only lacks a primary now
  }
  admin = connect(`${set}&serverSelectionTimeoutMS=60000`);
}

const database = admin.getSiblingDB(process.env.TONGHOP_DATABASE);
const user = { pwd: process.env.MONGO_PASSWORD, roles: [{ role: "readWrite", db: process.env.TONGHOP_DATABASE }] };

if (database.getUser("tonghop") === null) {
  database.createUser({ user: "tonghop", ...user });
} else {
  database.updateUser("tonghop", user);
}
