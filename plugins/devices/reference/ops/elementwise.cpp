#include <algorithm>
#include <cmath>

#include "ops/ops.h"

namespace gramstack::reference {
namespace {

double negate(double x) { return -x; }
double exponential(double x) { return std::exp(x); }
double logarithm(double x) { return std::log(x); }
double square_root(double x) { return std::sqrt(x); }
double square(double x) { return x * x; }
double relu(double x) { return std::max(x, 0.0); }
double hyperbolic_tangent(double x) { return std::tanh(x); }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

double relu_gradient(double dy, double y) { return y > 0 ? dy : 0; }
double tanh_gradient(double dy, double y) { return dy * (1 - y * y); }
double sigmoid_gradient(double dy, double y) { return dy * y * (1 - y); }

double add(double a, double b) { return a + b; }
double subtract(double a, double b) { return a - b; }
double multiply(double a, double b) { return a * b; }
double divide(double a, double b) { return a / b; }
/// A NaN on either side stays visible.
double maximum(double a, double b) { return a > b || std::isnan(a) ? a : b; }
double greater(double a, double b) { return a > b ? 1 : 0; }

template <double (*Function)(double)>
void unary(const Call& call) {
  const Tensor& x = call.input(0);
  for (std::int64_t i = 0; i < x.size(); ++i) call.output()[i] = Function(x[i]);
}

template <double (*Function)(double, double)>
void binary(const Call& call) {
  const Tensor& a = call.input(0);
  const Tensor& b = call.input(1);
  Tensor& y = call.output();
  for (std::int64_t i = 0; i < y.size(); ++i)
    y[i] = Function(a[broadcast_index(y.shape(), a.shape(), i)], b[broadcast_index(y.shape(), b.shape(), i)]);
}

constexpr OpEntry kOps[] = {
    {"negate", unary<negate>},
    {"exp", unary<exponential>},
    {"log", unary<logarithm>},
    {"sqrt", unary<square_root>},
    {"square", unary<square>},
    {"relu", unary<relu>},
    {"tanh", unary<hyperbolic_tangent>},
    {"sigmoid", unary<sigmoid>},
    {"relu_gradient", binary<relu_gradient>},
    {"tanh_gradient", binary<tanh_gradient>},
    {"sigmoid_gradient", binary<sigmoid_gradient>},
    {"add", binary<add>},
    {"subtract", binary<subtract>},
    {"multiply", binary<multiply>},
    {"divide", binary<divide>},
    {"maximum", binary<maximum>},
    {"greater", binary<greater>},
};

}  // namespace

std::span<const OpEntry> elementwise_ops() { return kOps; }

}  // namespace gramstack::reference
