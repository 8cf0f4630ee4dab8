#include "store/safetensors.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>

#include "support/scratch_folder.h"

using namespace gramstack;

namespace {

using Bytes = std::vector<std::byte>;

Bytes with_length(std::uint64_t length, const std::string& rest) {
  Bytes bytes(8 + rest.size());
  std::memcpy(bytes.data(), &length, 8);
  std::memcpy(bytes.data() + 8, rest.data(), rest.size());
  return bytes;
}

/// A file of this header and so many bytes of data.
Bytes file_of(const std::string& header, std::size_t data = 0) {
  return with_length(header.size(), header + std::string(data, 'd'));
}

std::string fault(const Bytes& bytes) {
  return test::failure_of([&] { from_safetensors(bytes, "w"); });
}

/// A header with one tensor 'a' of such an entry.
std::string entry(const std::string& text) { return R"({"a":)" + text + "}"; }

HostTensor floats(const Shape& shape, const std::vector<float>& values) {
  HostTensor tensor;
  tensor.type = {DataType::f32, shape};
  tensor.bytes.resize(values.size() * sizeof(float));
  std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  return tensor;
}

}  // namespace

TEST_CASE("store: a tensor file is read as it was written") {
  TensorFile file;
  file.metadata = {{"key", "value \"quoted\" \xC3\xA4"}, {"empty", ""}};
  file.tensors["b/weight"] = floats({2, 3}, {1, 2, 3, 4, 5, 6});
  file.tensors["a"] = floats({}, {-0.0f});
  file.tensors["none"] = floats({0, 4}, {});
  file.tensors["bytes"].type = {DataType::u8, {3}};
  file.tensors["bytes"].bytes.resize(3, std::byte{7});
  file.tensors["wide"].type = {DataType::f64, {1}};
  file.tensors["wide"].bytes.resize(8, std::byte{9});
  const TensorFile again = from_safetensors(to_safetensors(file), "w");
  CHECK(again.metadata == file.metadata);
  CHECK(again.tensors == file.tensors);
}

TEST_CASE("store: the bytes of a tensor file are fixed") {
  TensorFile file;
  file.tensors["b"] = floats({1}, {1});
  file.tensors["a"] = floats({2}, {2, 3});
  file.tensors["d"].type = {DataType::f64, {1}};
  file.tensors["d"].bytes.resize(8);
  file.metadata = {{"m", "x"}};
  const Bytes bytes = to_safetensors(file);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  CHECK(length % 8 == 0);
  const std::string header(reinterpret_cast<const char*>(bytes.data()) + 8, length);
  CHECK(
      header.substr(0, header.find_last_not_of(' ') + 1) ==
      R"({"__metadata__":{"m":"x"},"a":{"data_offsets":[8,16],"dtype":"F32","shape":[2]},)"
      R"("b":{"data_offsets":[16,20],"dtype":"F32","shape":[1]},"d":{"data_offsets":[0,8],"dtype":"F64","shape":[1]}})");
  CHECK(bytes.size() == 8 + length + 20);
}

TEST_CASE("store: a tensor file without tensors is read") {
  CHECK(from_safetensors(file_of("{}"), "w").tensors.empty());
  CHECK(from_safetensors(file_of("{}      "), "w").tensors.empty());
  CHECK(from_safetensors(file_of(R"({"__metadata__":{}})"), "w").metadata.empty());
}

TEST_CASE("store: header lengths") {
  CHECK(fault({}) == "6: w: it has 0 bytes, not even the 8 of a header's length");
  CHECK(fault(Bytes(7)) == "6: w: it has 7 bytes, not even the 8 of a header's length");
  CHECK(fault(with_length(3, "{}")) == "6: w: its header length is 3, but only 2 bytes follow: it was cut");
  CHECK(fault(with_length(100'000'000, "{}")) ==
        "6: w: its header length is 100000000, but only 2 bytes follow: it was cut");
  CHECK(fault(with_length(100'000'001, "{}")) == "6: w: its header length is 100000001, at most 100000000 is allowed");
  CHECK(fault(with_length(~0ull, "{}")) ==
        "6: w: its header length is 18446744073709551615, at most 100000000 is allowed");
}

TEST_CASE("store: headers that are no JSON object") {
  CHECK(fault(file_of("")) == "6: w: its header does not begin with '{'");
  CHECK(fault(file_of("[]")) == "6: w: its header does not begin with '{'");
  CHECK(fault(file_of(" {}")) == "6: w: its header does not begin with '{'");
  CHECK(fault(file_of("{")) == "6: w: its header is not JSON: error at byte 2 of the header");
  CHECK(fault(file_of("{} {}")) == "6: w: its header is not JSON: error at byte 4 of the header");
  CHECK(fault(file_of("{\"a\":1e999}")) == "6: w: its header is not JSON: error at byte 10 of the header");
  for (const char* text : {"\xFF", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
                           "\xC3", "\x80", "\xF0\x8F\xBF\xBF"})
    CHECK(fault(file_of("{\"" + std::string(text) + "\":{}}")) == "6: w: its header is not UTF-8");
}

TEST_CASE("store: deep nesting ends at once") {
  CHECK(fault(file_of("{\"a\":" + std::string(1'000'000, '['))) ==
        "6: w: tensor 'a': its header entry is not a JSON object");
  CHECK(fault(file_of(entry(R"({"shape":[)" + std::string(1'000'000, '[')))) ==
        "6: w: tensor 'a': 'shape' is not an array of whole numbers from 0 to 2^64 - 1");
}

TEST_CASE("store: names and keys that occur twice") {
  const std::string good = R"({"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  CHECK(fault(file_of(R"({"a":)" + good + R"(,"a":)" + good + "}")) == "6: w: 'a' occurs twice in its header");
  CHECK(fault(file_of(R"({"__metadata__":{},"__metadata__":{}})")) ==
        "6: w: '__metadata__' occurs twice in its header");
  CHECK(fault(file_of(R"({"__metadata__":{"x":"1","x":"2"}})")) == "6: w: its metadata: key 'x' occurs twice");
  CHECK(fault(file_of(entry(R"({"dtype":"U8","dtype":"U8"})"))) == "6: w: tensor 'a': key 'dtype' occurs twice");
}

TEST_CASE("store: entries of the wrong form") {
  CHECK(fault(file_of(entry("1"))) == "6: w: tensor 'a': its header entry is not a JSON object");
  CHECK(fault(file_of(entry("{}"))) == "6: w: tensor 'a': it needs the keys dtype, shape and data_offsets");
  CHECK(fault(file_of(entry(R"({"size":1})"))) ==
        "6: w: tensor 'a': unknown key 'size'; known are dtype, shape, data_offsets");
  CHECK(fault(file_of(entry(R"({"dtype":1})"))) == "6: w: tensor 'a': 'dtype' is not text");
  CHECK(fault(file_of(entry(R"({"dtype":["F32"]})"))) == "6: w: tensor 'a': 'dtype' is not text");
  const std::string not_numbers = "6: w: tensor 'a': 'shape' is not an array of whole numbers from 0 to 2^64 - 1";
  for (const char* shape : {"1", "null", "true", "\"1\"", "{}", "[-1]", "[1.0]", "[\"1\"]", "[null]", "[[1]]", "[{}]",
                            "[18446744073709551616]"})
    CHECK(fault(file_of(entry(R"({"shape":)" + std::string(shape) + "}"))) == not_numbers);
  CHECK(fault(file_of(R"({"__metadata__":{"x":1}})")) == "6: w: its metadata: 'x' is not text");
  CHECK(fault(file_of(R"({"__metadata__":{"x":["1"]}})")) == "6: w: its metadata: 'x' is not text");
}

TEST_CASE("store: data ranges") {
  const auto tensor = [](const char* dtype, const char* shape, const char* range) {
    return entry(std::string(R"({"dtype":")") + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + range + "}");
  };
  CHECK(fault(file_of(tensor("F8", "[1]", "[0,1]"), 1)) ==
        "6: w: tensor 'a': it has type 'F8'; known are F32, F64, I32, U8");
  CHECK(fault(file_of(tensor("U8", "[1]", "[0]"), 1)) ==
        "6: w: tensor 'a': its data_offsets have 1 numbers, 2 are needed");
  CHECK(fault(file_of(tensor("U8", "[1]", "[0,1,1]"), 1)) ==
        "6: w: tensor 'a': its data_offsets have 3 numbers, 2 are needed");
  CHECK(fault(file_of(tensor("U8", "[1]", "[1,0]"), 1)) == "6: w: tensor 'a': its data range 1..0 is reversed");
  CHECK(fault(file_of(tensor("U8", "[2]", "[0,2]"), 1)) ==
        "6: w: tensor 'a': its data range 0..2 goes beyond the 1 bytes of data");
  CHECK(fault(file_of(tensor("F32", "[2,3]", "[0,20]"), 20)) ==
        "6: w: tensor 'a': its data range 0..20 has 20 bytes, F32[2,3] needs 24");
  CHECK(fault(file_of(tensor("F32", "[4294967296,4294967296]", "[0,0]"))) ==
        "6: w: tensor 'a': its shape [4294967296,4294967296] is too large");
  CHECK(fault(file_of(tensor("U8", "[18446744073709551615]", "[0,0]"))) ==
        "6: w: tensor 'a': its shape [18446744073709551615] is too large");
  CHECK(fault(file_of(tensor("U8", "[1]", "[0,1]"), 3)) == "6: w: 2 bytes follow the last tensor");
}

TEST_CASE("store: tensors cover the data without overlap or hole") {
  const auto two = [](const char* first, const char* second) {
    return R"({"a":{"dtype":"U8","shape":[2],"data_offsets":)" + std::string(first) +
           R"(},"b":{"dtype":"U8","shape":[2],"data_offsets":)" + second + "}}";
  };
  CHECK(fault(file_of(two("[2,4]", "[0,2]"), 4)).empty());
  CHECK(fault(file_of(two("[0,2]", "[1,3]"), 3)) ==
        "6: w: tensor 'b': its data begins at 1, the data before it end at 2: they overlap");
  CHECK(fault(file_of(two("[0,2]", "[0,2]"), 2)) ==
        "6: w: tensor 'b': its data begins at 0, the data before it end at 2: they overlap");
  CHECK(fault(file_of(two("[0,2]", "[3,5]"), 5)) ==
        "6: w: tensor 'b': its data begins at 3, the data before it end at 2: they leave a hole");
  CHECK(fault(file_of(two("[1,3]", "[3,5]"), 5)) ==
        "6: w: tensor 'a': its data begins at 1, the data before it end at 0: they leave a hole");
}

TEST_CASE("store: every cut and every flipped header bit is noticed or harmless, never a crash") {
  TensorFile file;
  file.metadata = {{"format", "x"}};
  file.tensors["a"] = floats({3}, {1, 2, 3});
  const Bytes whole = to_safetensors(file);
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_FALSE(fault(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))).empty());
  for (std::size_t i = 0; i + 12 < whole.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      Bytes flipped = whole;
      flipped[i] ^= static_cast<std::byte>(1 << bit);
      const std::string message = fault(flipped);
      const bool understood = message.empty() || message.starts_with("6: w: ");
      CHECK(understood);
    }
}
