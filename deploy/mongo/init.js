// Run once by the service `mongo-init`, connected to mongo-1 alone; running it again changes nothing.
const hosts = ["mongo-1:27017", "mongo-2:27017", "mongo-3:27017"];

try {
  rs.status();
} catch (failure) {
  if (failure.codeName !== "NotYetInitialized") throw failure;
  rs.initiate({ _id: "rs0", members: hosts.map((host, _id) => ({ _id, host })) });
}

// From here on through the set: its primary need not be mongo-1.
const login = `root:${process.env.MONGO_ROOT_PASSWORD}`;
const admin = connect(`mongodb://${login}@${hosts.join(",")}/admin?replicaSet=rs0&serverSelectionTimeoutMS=60000`);
const database = admin.getSiblingDB(process.env.TONGHOP_DATABASE);
const user = { pwd: process.env.MONGO_PASSWORD, roles: [{ role: "readWrite", db: process.env.TONGHOP_DATABASE }] };

if (database.getUser("tonghop") === null) {
  database.createUser({ user: "tonghop", ...user });
} else {
  database.updateUser("tonghop", user);
}
